import { expect, test } from 'vitest';
import type { Call, Port, Program } from '../../src/ir/program.ts';
import { UserError } from '../../src/support/errors.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { harnessModel } from '../../src/verify/harness-model.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';

const port = (value: string, dtype: 'i8' | 'f32', shape: number[]): Port => ({
  value,
  type: { dtype, shape, quant: null },
  shape,
  storage: { factors: shape, order: shape.map((_, i) => i) },
  buffer: 0,
});
const call = (result: Port | null): Call => ({
  symbol: 'l00_relu',
  op: 'Relu',
  node: '',
  template: '',
  params: {},
  arguments: [],
  overlaps: [],
  macs: 0,
  constants: [],
  summary: '',
  result,
});

test('a program is described by accessors, bytes and the result of each layer', () => {
  const program: Program = {
    name: 'kws',
    inputs: [port('x', 'i8', [1, 490])],
    outputs: [port('y/1', 'f32', [1, 12]), port('y:1', 'i8', [3])],
    buffers: [],
    calls: [{ ...call(port('y/1', 'f32', [1, 12])), also: [{ ...port('y:1', 'i8', [3]), buffer: 1 }] }, call(null)],
    tables: [],
  };

  expect(harnessModel(program, { arenaBytes: 600, offsets: new Map([[1, 40]]) })).toEqual({
    prefix: 'kws',
    arenaBytes: 600,
    inputs: [{ accessor: 'kws_input', bytes: 490, offset: 0 }],
    outputs: [
      { accessor: 'kws_output_y_1', bytes: 48, offset: 0 },
      { accessor: 'kws_output_y_1_2', bytes: 3, offset: 0 },
    ],
    returns: false,
    steps: [
      { layer: 0, bytes: 48, also: [{ bytes: 3, offset: 40 }] },
      { layer: 1, bytes: 0, also: [] },
    ],
  });
});

test('a target without an emulator cannot be run', async () => {
  const target = { ...(await loadTarget('cortex-m3')), emulator: null };
  expect(() => toolchainFor(target)).toThrow(UserError);
});
