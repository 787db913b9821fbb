import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import type { Json, KernelInstance } from '../ir/program.ts';
import { invariant } from '../support/errors.ts';
import { namedInstances } from './kernel-instances.ts';

/** Works from src/ (tests) and from dist/ (installed): both lie one level below the package root. */
export const TEMPLATE_ROOT = fileURLToPath(new URL('../../templates/', import.meta.url));

export interface TemplateSet {
  /** Renders templates/<set>/<name>.hbs from the first set that has it. */
  render(name: string, context: Json | object): string;
  /** Text of templates/<set>/kernels/<name>.h from the first set that has it or a template for a kernel of that name; else null. */
  kernel(name: string): string | null;
  /** templates/<set>/kernels/<template>.h.hbs with names, or with the numbers of one layer, as a kernel of its own. */
  instance(instance: KernelInstance): string;
}

const opened = new Map<string, TemplateSet>();

/** Template sets in order of preference: ['dsp', 'c']. A unit that is missing in one falls back to the next. Read once. */
export function templateSet(sets: readonly string[]): TemplateSet {
  const known = opened.get(sets.join());
  if (known) return known;
  const set = openSets(sets);
  opened.set(sets.join(), set);
  return set;
}

function openSets(sets: readonly string[]): TemplateSet {
  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  const kernels = new Map<string, string | null>();
  const engine = Handlebars.create();
  const find = (path: string) => sets.map((set) => `${TEMPLATE_ROOT}${set}/${path}`).find((file) => existsSync(file));

  for (const set of [...sets].reverse()) {
    const folder = `${TEMPLATE_ROOT}${set}/partials/`;
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.hbs')) continue;
      engine.registerPartial(file.slice(0, -'.hbs'.length), readFileSync(folder + file, 'utf8'));
    }
  }

  const kernelText = (name: string): string | null => {
    for (const set of sets) {
      const folder = `${TEMPLATE_ROOT}${set}/kernels`;
      if (existsSync(`${folder}/${name}.h`)) return readFileSync(`${folder}/${name}.h`, 'utf8');
      const instance = namedInstances(name).find(({ template }) => existsSync(`${folder}/${template}.h.hbs`));
      if (instance) return instanceText(instance);
    }
    return null;
  };
  const instanceText = ({ name, template, params }: KernelInstance) =>
    render(`kernels/${template}.h`, { name, guard: `${name.toUpperCase()}_H`, ...params });
  const render = (name: string, context: Json | object): string => {
    let template = compiled.get(name);
    if (!template) {
      const file = find(`${name}.hbs`);
      invariant(file, `no template '${name}' in ${sets.join(', ')}`);
      template = engine.compile(readFileSync(file, 'utf8'), { noEscape: true, strict: true });
      compiled.set(name, template);
    }
    return template(context);
  };

  return {
    render,
    kernel(name) {
      const known = kernels.get(name);
      if (known !== undefined) return known;
      const text = kernelText(name);
      kernels.set(name, text);
      return text;
    },
    instance: instanceText,
  };
}
