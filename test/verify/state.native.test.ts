import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { Graph } from '../../src/ir/types.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { verifyModel } from '../../src/verify/verify-model.ts';
import { recurrentGraph } from '../passes/quantize/recurrent-graphs.ts';
import { describeWith, inFolder } from './native.ts';

const SEQUENCE = 4;

/** A filter: what it keeps depends on all it has seen. The old state is read after the new one is made, or not. */
const filter = (late: boolean) =>
  parseGraph(`
    input x: f32[1,6]
    input h: f32[1,6]
    const half: f32[1] = 0.5
    const w: f32[6,6] = ${Array.from({ length: 36 }, (_, i) => ((i * 7) % 11) / 11 - 0.5).join(', ')}
    p: f32[1,6] = Gemm(x, w)
    k: f32[1,6] = Mul(h, half)
    n: f32[1,6] = Add(p, k)
    y: f32[1,6] = ${late ? 'Sub(n, h)' : 'Sub(n, p)'}
    return y, n
  `);

async function compiled(graph: Graph, precision: 'float32' | 'int8', states?: ReadonlyMap<string, string>) {
  const samples = (given: Graph) => ({ ...randomDataset(datasetInputs(given), 3 * SEQUENCE, 1), sequence: SEQUENCE });
  const compilation = await compileModel({
    model: exportOnnx(graph),
    name: 'net',
    target: await loadTarget('host'),
    precision,
    ...(precision === 'int8' && { calibration: async (given: Graph) => samples(given) }),
    ...(states && { states }),
  });
  return { compilation, data: samples(compilation.floatGraph) };
}

async function verdict({ compilation, data }: Awaited<ReturnType<typeof compiled>>, sabotage = (text: string) => text) {
  const files = new Map([...compilation.files].map(([name, text]) => [name, name === 'net.c' ? sabotage(text) : text]));
  return inFolder((directory) =>
    verifyModel({ ...compilation, files }, data, { toolchain: hostGcc(), directory, sanitize: true }),
  );
}

await describeWith('state', hostGcc().available, () => {
  test.each([
    ['LSTM', 'float32', [false, true, true]],
    ['GRU', 'int8', [true, true]],
  ] as const)(
    '%s in %s: the last state is the first of the next run, in every sample of a sequence',
    async (op, precision, outputs) => {
      const made = await compiled(recurrentGraph({ op, first: true, outputs }), precision);
      expect(made.compilation.program.states).toHaveLength(op === 'LSTM' ? 2 : 1);
      expect(made.compilation.program.inputs.map(({ value }) => value)).toEqual(['x']);
      expect(await verdict(made)).toMatchObject({ passed: true, samples: 3 * SEQUENCE });
    },
  );

  test.each([
    ['float32', true],
    ['int8', false],
  ] as const)('a state that is named, %s, read late: %s', async (precision, late) => {
    const made = await compiled(filter(late), precision, new Map([['h', 'n']]));
    const { program, files } = made.compilation;
    const [{ input, output }] = program.states ?? [];
    // Where nothing reads the old one any more, the new one is written over it.
    expect(input.buffer === output.buffer).toBe(!late);
    expect(files.get('net.h')).toContain("State: the next run begins with it, as input 'h'");
    expect((await verdict(made)).passed).toBe(true);
  });

  test('a reset that forgets nothing, and a state that is not kept, are found', async () => {
    const made = await compiled(filter(true), 'float32', new Map([['h', 'n']]));
    expect(
      (
        await verdict(made, (text) =>
          text.replace(/ memset\(AT\(uint8_t, state\), 0,/, ' memset(AT(uint8_t, state), 63,'),
        )
      ).passed,
    ).toBe(false);
    expect((await verdict(made, (text) => text.replace('memcpy(y, x, 24)', 'memcpy(y, x, 4)'))).passed).toBe(false);
  });
});
