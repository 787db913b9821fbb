import { beforeAll, expect, test } from 'vitest';
import { type Compilation, compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { checkFit } from '../../src/report/check-fit.ts';
import type { Measurement } from '../../src/report/measure.ts';
import { renderReport } from '../../src/report/render-report.ts';
import { buildReport } from '../../src/report/report.ts';
import { UserError } from '../../src/support/errors.ts';
import { listTargets, loadTarget } from '../../src/targets/load.ts';
import { TINY } from '../cli/tiny.ts';

const MEASURED: Measurement = {
  with: 'arm-none-eabi-gcc -O2',
  footprint: {
    flash: {
      codeBytes: 900,
      functions: new Map([
        ['l00_conv', 300],
        ['nn_dot_f32', 200],
      ]),
      weightBytes: 200,
      libraryBytes: 40,
      libraries: ['libc', 'libgcc'],
      bytes: 1140,
    },
    staticRamBytes: 4,
    stack: {
      bytes: 96,
      path: [
        { name: 'tiny_run', bytes: 32 },
        { name: 'l00_conv', bytes: 64 },
      ],
      branch: { name: 'l00_conv', bytesWithout: 48 },
    },
  },
};

let compilation: Compilation;
beforeAll(async () => {
  compilation = await compileTiny('stm32f030r8');
});

async function compileTiny(target: string): Promise<Compilation> {
  return compileModel({ model: exportOnnx(parseGraph(TINY)), name: 'tiny', target: await loadTarget(target) });
}

test('layers add up to the totals', () => {
  const report = buildReport(compilation, MEASURED);
  expect(report.layers[0]).toEqual({
    index: 0,
    symbol: 'l00_conv',
    node: 'c',
    op: 'Conv',
    value: 'c',
    inputs: [[1, 1, 8, 8]],
    output: [1, 2, 8, 8],
    macs: 1152,
    kernel: null,
    others: [],
    refused: [],
    estimate: null,
    weightBytes: 80,
    parameterBytes: 0,
    rounding: null,
    codeBytes: 300,
    outputBytes: 512,
    scratchBytes: 0,
    weights: null,
  });
  expect(report.macs).toBe(1152 + 24);
  expect(report.flash).toMatchObject({ weightBytes: 80 + 96, codeBytes: 900, sharedCodeBytes: 600, neededBytes: 1140 });
  expect(report.flash.budgetBytes).toBe(Math.floor(0.9 * 65536));
  expect(report.ram.neededBytes).toBe(compilation.plan.arenaBytes + 96 + 4);
  expect(report.ram.marginBytes).toBe(Math.floor(0.8 * 8192) - report.ram.neededBytes);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('unmeasured parts are null, and said to be', () => {
  const report = buildReport(compilation, { notBecause: 'gcc is not installed' });
  expect(report.flash).toMatchObject({ codeBytes: null, neededBytes: report.flash.tableBytes });
  expect(report.ram).toMatchObject({ stackBytes: null, neededBytes: compilation.plan.arenaBytes });
  expect(renderReport(report)).toContain('Code and stack were not measured: gcc is not installed.');
});

test('the table', () => {
  const report = buildReport(compilation, MEASURED);
  expect(renderReport(report)).toMatchInlineSnapshot(`
    "tiny for stm32f030r8, float32, 1,176 multiply-accumulates

    #  op       node  input    output    MACs  weights B  params B  out B
    0  Conv     c     1x1x8x8  1x2x8x8  1,152         80         0    512
    1  MaxPool  p     1x2x8x8  1x2x2x2      0          0         0     32
    2  Gemm     y     1x8      1x3         24         96         0     12

    Flash
      weights                176 B
      other tables             0 B
      code                   900 B  arm-none-eabi-gcc -O2
      libraries               40 B  libc, libgcc
      total                1,140 B  of 58,982 B (57.6 KiB): fits, 57,842 B (56.5 KiB) left
    RAM
      arena                  552 B  no plan can be smaller (peak at layer 0)
      stack                   96 B  worst case: tiny_run > l00_conv; 48 B where l00_conv is not called
      libraries                4 B  errno and the like
      total                  652 B  of 6,553 B: fits, 5,901 B left
    "
  `);
});

test('long and hostile names keep the table within 100 columns', () => {
  const report = buildReport(compilation, MEASURED);
  const node = `\u001b[31m${'block/'.repeat(30)}conv`;
  const layers = report.layers.map((layer) => ({
    ...layer,
    node,
    op: 'x'.repeat(50),
    inputs: [[1, 2, 3, 4], [5, 6, 7, 8], [1]],
  }));
  const lines = renderReport({ ...report, layers }).split('\n');
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(lines.join()).not.toContain('\u001b');
});

test('what does not fit names the offenders and what would fix it', async () => {
  const tooMuch: Measurement = {
    ...MEASURED,
    footprint: { ...MEASURED.footprint, flash: { ...MEASURED.footprint.flash, bytes: 200_000 }, staticRamBytes: 7000 },
  };
  const report = buildReport(compilation, tooMuch);
  expect(report.flash.marginBytes).toBe(Math.floor(0.9 * 65536) - 200_000);
  const failure = () => checkFit(report, compilation.target, others);
  const others = await listTargets();
  expect(failure).toThrow(UserError);
  try {
    failure();
  } catch (error) {
    const { code, message, because = [], hint } = (error as UserError).problem;
    expect(code).toBe('DOES_NOT_FIT');
    expect(message).toBe('tiny needs more flash and RAM than stm32f030r8 has for it');
    expect(because).toContain("  96 B  Gemm 'y'");
    expect(because.join('\n')).toContain('most is needed at layer');
    expect(hint).toContain('--calibrate');
    expect(hint).toContain('it fits on samd21g18');
  }
});

test('on a core without memory everything fits', async () => {
  const report = buildReport(await compileTiny('cortex-m4f'), MEASURED);
  expect(report.flash).toMatchObject({ budgetBytes: null, marginBytes: null, fits: true });
  expect(() => checkFit(report, compilation.target)).not.toThrow();
});

test('an int8 model says which layers compute in float, and what that costs', async () => {
  const text = `input x: f32[1,8]\nconst w: f32[4,8] = ${Array(32).fill(0.5).join(', ')}
    const a: i64[4] = 1, 4, 1, 1
    g: f32[1,4] = Gemm(x, w) transB=1\nr: f32[1,4,1,1] = Reshape(g, a)\ny: f32[1,4,1,1] = LRN(r) size=3\nreturn y`;
  const compiled = async (target: string, graph: string) =>
    compileModel({
      model: exportOnnx(parseGraph(graph)),
      name: 'net',
      target: await loadTarget(target),
      calibration: async (imported) => randomDataset(datasetInputs(imported), 4, 1),
    });
  const small = await compiled('stm32f030r8', text);
  const report = buildReport(small, MEASURED);
  expect(report.inFloat).toEqual({ layers: [2], conversions: 1, instructions: 22080, libraryBytes: 40, fpu: false });
  expect(renderReport(report)).toContain(
    'Layers in float: 2 LRN (1 conversion of codes, about 22,080 instructions, libraries: 40 B)',
  );
  expect(renderReport(report)).toContain('Warning: this part has no FPU');
  expect(small.remarks[0]?.text).toMatch(/no integer form.*roots and powers/);
  expect(small.files.get('CMakeLists.txt')).toContain('target_link_libraries(net PUBLIC m)');

  const large = buildReport(await compiled('stm32f411re', text));
  expect(large.inFloat?.fpu).toBe(true);
  expect(renderReport(large)).not.toContain('FPU');

  const whole = await compiled('stm32f030r8', text.replace('LRN(r) size=3', 'Softmax(r)'));
  expect(buildReport(whole).inFloat).toBe(null);
  expect(whole.files.get('CMakeLists.txt')).not.toContain('PUBLIC m)');
});
