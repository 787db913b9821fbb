import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { compileModel, datasetInputs, loadDataset, loadTarget, oracleModel } from '../../src/index.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { must } from '../../src/support/errors.ts';
import { armQemu } from '../../src/verify/arm-qemu.ts';
import { toolAvailable } from '../../src/verify/run-tool.ts';
import { asModelInput } from '../../src/verify/samples.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { STM32, uart } from './uart.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SHAPES = join(ROOT, 'examples/shapes');
const COUNT = 200;

const available = async () => {
  const make = await toolAvailable('make');
  return make === true ? armQemu('mps2-an386', []).available() : make;
};

await describeWith('examples/stm32 with examples/shapes', available, () => {
  test('make shapes, make run: the firmware classifies every test image as onnxruntime does', () =>
    inFolder(async (folder) => {
      const nibblec = `${join(ROOT, 'node_modules/.bin/tsx')} ${join(ROOT, 'src/cli/main.ts')}`;
      const variables = [`MODEL_DIR=${join(folder, 'model')}`, `BUILD=${join(folder, 'build')}`];

      const make = ['-C', STM32, 'shapes', `COUNT=${COUNT}`, `NIBBLEC=${nibblec}`, ...variables];
      await execa('make', make, { timeout: 200_000 });
      const [hello, ...lines] = await uart(variables);

      const expected = await classesByOnnxruntime();
      expect(hello).toMatch(/^nibblec on STM32F405: arena \d+ bytes$/);
      const shown = readFileSync(join(STM32, 'README.md'), 'utf8');
      expect(shown.replace(/arena \d+/, '')).toContain(
        [hello.replace(/arena \d+/, ''), ...lines.slice(0, 3)].join('\n'),
      );
      expect(lines).toEqual([...expected.map((label, i) => `sample ${i}: class ${label}`), 'done']);
    }));
});

/** What onnxruntime makes of the exported int8 model. */
async function classesByOnnxruntime(): Promise<number[]> {
  const compilation = await compileModel({
    model: readFileSync(join(SHAPES, 'shapes.onnx')),
    name: 'shapes',
    target: await loadTarget('stm32f405rg'),
    calibration: (graph) => loadDataset(join(SHAPES, 'calibration.json'), datasetInputs(graph)),
  });
  const { graph, floatGraph } = compilation;
  const dataset = await loadDataset(join(SHAPES, 'test.json'), datasetInputs(floatGraph));
  const type = must(graph.types.get('image'), 'type of the input');
  return withSession(oracleModel(compilation), {}, async (session) => {
    const classes: number[] = [];
    for (let i = 0; i < COUNT; i++) {
      const image = asModelInput(must(dataset.sample(i).get('image'), 'image'), type);
      const results = await session.run(new Map([['image', image]]));
      const scores = Array.from(must(results.get('classes'), 'scores').data, Number);
      classes.push(scores.indexOf(Math.max(...scores)));
    }
    return classes;
  });
}
