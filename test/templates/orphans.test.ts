import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { NAMED_INSTANCES } from '../../src/codegen/kernel-instances.ts';
import { TEMPLATE_ROOT, templateSet } from '../../src/codegen/templates.ts';
import type { KernelInstance } from '../../src/ir/program.ts';
import { KERNEL_SETS, kernelSets } from '../../src/kernels/sets.ts';
import { headersOf, includesOf, NUMBERED, unitsOf } from './kernel-headers.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
const SETS = KERNEL_SETS.map(({ name }) => name);
const FILLED = /\{\{[^}]*\}\}|\$\{[^}\n]*\}/g;

const COMMENT = /\/\*[\s\S]*?\*\//g;

const wordsOf = (text: string) => new Set(text.match(/\bnn_\w+/g));

const included = (instance: KernelInstance) => includesOf(templateSet(SETS).instance(instance));

/** Kernel files: the names they go by, and what they include. */
const KERNELS = SETS.flatMap((set) =>
  (['.h', '.h.hbs'] as const).flatMap((ending) =>
    unitsOf(set, ending).map((unit) => {
      const path = join(TEMPLATE_ROOT, set, 'kernels', `${unit}${ending}`);
      const instances = [...NAMED_INSTANCES, ...NUMBERED].filter(({ template }) => template === unit);
      return {
        file: `${set}/${unit}${ending}`,
        names: ending === '.h' ? [unit] : [unit, ...instances.map(({ name }) => name)],
        includes: new Set(ending === '.h' ? includesOf(readFileSync(path, 'utf8')) : instances.flatMap(included)),
      };
    }),
  ),
);

/** Words of the layers' templates that begin with nn_, and of the source. */
const CALLS = SETS.flatMap((set) => [
  ...texts(join(TEMPLATE_ROOT, set, 'layers'), '.hbs'),
  ...texts(join(TEMPLATE_ROOT, set, 'partials'), '.hbs'),
])
  .flatMap((text) => [...text.matchAll(/\bnn_(?:\w|\{\{[^}]*\}\})+/g)].map(([word]) => word))
  .filter(isTelling)
  .map(patternOf);

/** Words of the source: in quotes, or around ${...}; a layer may put nn_ before them. */
const WORDS = texts(SRC, '.ts', ['kernel-instances.ts'])
  .flatMap((text) => [
    ...Array.from(text.matchAll(/'(\w+)'/g), ([, word]) => word),
    ...Array.from(text.matchAll(/\w*(?:\$\{[^}\n]*\}\w*)+|\bnn_\w+/g), ([word]) => word),
  ])
  .filter(isTelling)
  .map(patternOf);

test('every layer template has a user', () => {
  const layers = SETS.flatMap((set) => filesIn(join(TEMPLATE_ROOT, set, 'layers'), '.c.hbs'));
  expect(layers.length).toBeGreaterThan(40);
  expect(layers.filter((layer) => !named(layer))).toEqual([]);
});

test('every kernel has a user: a layer, or a kernel that has one and includes it', () => {
  const used = new Set<string>();
  for (const queue = KERNELS.filter(({ names }) => names.some(isCalled)); queue.length > 0; ) {
    const kernel = queue.pop() as (typeof KERNELS)[number];
    if (used.has(kernel.file)) continue;
    used.add(kernel.file);
    queue.push(...KERNELS.filter(({ names }) => names.some((name) => kernel.includes.has(name))));
  }
  expect(KERNELS.length).toBeGreaterThan(230);
  expect(KERNELS.map(({ file }) => file).filter((file) => !used.has(file))).toEqual([]);
});

test.each(KERNEL_SETS)(
  'a kernel of $name speaks of what it includes alone: the others may not be there',
  ({ name, needs }) => {
    const { texts } = headersOf(name, kernelSets(new Set(needs)));
    const code = new Map([...texts].map(([name, text]) => [name, wordsOf(text.replace(COMMENT, ''))]));
    const reached = (name: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(name)) return seen;
      seen.add(name);
      for (const other of includesOf(texts.get(name)!)) reached(other, seen);
      return seen;
    };
    const absent = [...texts].flatMap(([name, text]) => {
      const spoken = wordsOf([...text.matchAll(COMMENT)].join(' '));
      const there = spoken.size === 0 ? [] : [...reached(name)].map((one) => code.get(one)!);
      return [...spoken].filter((word) => !there.some((words) => words.has(word))).map((word) => `${name}: ${word}`);
    });
    expect(absent).toEqual([]);
  },
);

test('every instance has a template, and every template an instance', () => {
  const files = SETS.flatMap((set) => unitsOf(set, '.h.hbs'));
  const templates = [...NAMED_INSTANCES, ...NUMBERED].map(({ template }) => template);
  expect([...new Set(templates)].sort()).toEqual([...new Set(files)].sort());
});

test('an instance has one name', () => {
  const named = NAMED_INSTANCES.map(({ name, template }) => `${name} of ${template}`);
  expect(new Set(named).size).toBe(named.length);
});

function isCalled(kernel: string): boolean {
  return CALLS.some((call) => call.test(kernel)) || named(kernel) || named(kernel.slice('nn_'.length));
}

function named(name: string): boolean {
  return WORDS.some((word) => word.test(name));
}

/** nn_rows_{{weights}} and `nn_${even ? 'even' : 'odd'}_${kind}`: anything for what is filled in, or what it says. */
function patternOf(text: string): RegExp {
  return new RegExp(`^${text.replace(FILLED, (filled) => choicesIn(filled) || '\\w*')}$`);
}

function choicesIn(filled: string): string {
  const words = Array.from(filled.matchAll(/'(\w+)'/g), ([, word]) => word);
  return words.length > 1 ? `(?:${words.join('|')})` : '';
}

/** Whether enough of it is written out. */
function isTelling(text: string): boolean {
  return text.replace(FILLED, (filled) => choicesIn(filled)).replace(/^nn_/, '').length > 3;
}

function filesIn(folder: string, ending: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
}

function texts(folder: string, ending: string, without: readonly string[] = []): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !without.includes(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
