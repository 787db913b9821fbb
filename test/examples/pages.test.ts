import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { parseDescriptor } from '../../src/data/descriptor.ts';
import { compileModel, datasetInputs, loadDataset, loadTarget } from '../../src/index.ts';
import { parseRecipe } from '../../src/passes/recipe.ts';
import { allPasses } from '../../src/passes/registry.ts';
import { TUNING_RECIPES, trains } from '../../src/passes/retrain/recipes.ts';
import { TRAINING_DEFAULTS } from '../../src/passes/retrain/training-options.ts';
import { toolAvailable } from '../../src/verify/run-tool.ts';
import { describeWith, inFolder } from '../verify/native.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['docs', 'examples'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
);
const PAGES = [...readdirSync(ROOT), ...FOLDERS].filter((file) => file.endsWith('.md'));

test.each(PAGES)('links of %s lead somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link);
  const local = links.filter((link) => !/^https?:/.test(link));
  expect(local.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
});

test('the target of docs/adding-a-target.md loads', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'stm32f412zg.json');
    await writeFile(file, block('docs/adding-a-target.md', 'json'));
    const target = await loadTarget(file);
    expect(target.core).toBe('cortex-m4f');
    expect(target.ramBytes).toBe(256 * 1024);
  }));

test('the data set of docs/tutorial.md is one', () => {
  const descriptor = parseDescriptor(JSON.parse(block('docs/tutorial.md', 'json')), 'tutorial');
  expect(descriptor.layout).toBe('NHW');
});

describe('docs/retraining.md', () => {
  const page = read('docs/retraining.md');

  test('has a recipe that is one', () => {
    const { pipeline } = parseRecipe(JSON.parse(block('docs/retraining.md', 'json')), allPasses);
    expect(pipeline.map(({ pass }) => pass.name)).toContain('inq');
  });

  test('names every built-in recipe, every pass that trains and every option of training', () => {
    const passes = allPasses.filter(trains).map(({ name }) => name);
    const names = [...Object.keys(TUNING_RECIPES), ...passes, ...Object.keys(TRAINING_DEFAULTS)];
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

await describeWith(
  'C in pages',
  () => toolAvailable('gcc'),
  () => {
    test.each([
      ['README.md', 'model', 'void use(void);\nvoid fill(int8_t *);\nvoid use(void) {\n', '(void)scores;\n}\n'],
      ['docs/tutorial.md', 'shapes', 'int classify(const uint8_t pixels[SHAPES_INPUT_ELEMENTS]);\n', ''],
    ])('%s', (page, name, before, after) =>
      inFolder(async (folder) => {
        const header = (await compiledShapes(name)).get(`${name}.h`) ?? '';
        await writeFile(join(folder, `${name}.h`), header);
        // Statements of a page stand in no function: the include comes first, then the wrapping.
        const [include, ...lines] = block(page, 'c').split('\n');
        await writeFile(join(folder, 'page.c'), [include, before, ...lines, after].join('\n'));
        await execa('gcc', ['-std=c99', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', 'page.c'], { cwd: folder });
      }),
    );
  },
);

async function compiledShapes(name: string) {
  const { files } = await compileModel({
    model: readFileSync(join(ROOT, 'examples/shapes/shapes.onnx')),
    name,
    target: await loadTarget('host'),
    calibration: (graph) => loadDataset(join(ROOT, 'examples/shapes/calibration.json'), datasetInputs(graph)),
  });
  return files;
}

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The first block of a page in this language. */
function block(page: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(read(page))?.[1] ?? '';
}
