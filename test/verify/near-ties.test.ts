import { expect, test } from 'vitest';
import { compileModel } from '../../src/compile.ts';
import type { TypedArray } from '../../src/ir/types.ts';
import { withSession } from '../../src/runtime/ort-session.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { nearTies } from '../../src/verify/near-ties.ts';
import { f32, i8, node, onnxFile, random } from '../helpers/onnx-file.ts';

/** Sums of multiples of 0.1, rounded to multiples of 0.2: every other one lies on a tie, but for the errors of float32. */
const file = (...outputs: string[]) =>
  onnxFile({
    inputs: { x: ['f32', [1, 64]] },
    outputs,
    constants: { s: f32(0.1), t: f32(0.2), z: i8(0), c: random('i8', [1, 64]), k: f32(3) },
    nodes: [
      node('xq = QuantizeLinear(x, s, z)'),
      node('xd = DequantizeLinear(xq, s, z)'),
      node('cd = DequantizeLinear(c, s, z)'),
      node('a = Add(xd, cd)'),
      node('aq = QuantizeLinear(a, t, z)'),
      node('ad = DequantizeLinear(aq, t, z)'),
      node('r = Sigmoid(ad)'),
      node('rq = QuantizeLinear(r, t, z)'),
      node('y = DequantizeLinear(rq, t, z)'),
    ],
  });
const bytes = file('y');

async function explained(change: (codes: TypedArray, isTie: (i: number) => boolean) => void): Promise<boolean> {
  const model = await compileModel({ model: bytes, name: 'm', target: await loadTarget('host') });
  const name = [...model.graph.types].find(([, { quant }]) => quant && Math.abs(quant.scale[0] - 0.2) < 1e-6)![0];
  const sample = new Map([['x', random('f32', [1, 64], 3)]]);
  const found = await withSession(file('aq'), {}, (session) => session.run(sample));
  const codes = found.get('aq')!.data.slice();
  const c = random('i8', [1, 64]).data;
  const xq = Array.from(sample.get('x')!.data as Float32Array, (x) => Math.round(x / 0.1));
  change(codes, (i) => (xq[i] + Number(c[i])) % 2 !== 0);
  const ties = nearTies({ file: { bytes }, graph: model.graph });
  try {
    return await ties.explain(sample, new Map([[name, codes]]));
  } finally {
    await ties.release();
  }
}

const place = (isTie: (i: number) => boolean, wanted: boolean) =>
  Array.from({ length: 64 }, (_, i) => i).find((i) => isTie(i) === wanted)!;

test('one code on a tie explains what follows, another code and a larger step do not', async () => {
  // The other code of a tie: where the exact result lies, and where float32 puts it.
  const other = (codes: TypedArray, i: number, by: number) => {
    codes[i] = Number(codes[i]) + by;
  };
  const results = await Promise.all(
    [1, -1].map((by) => explained((codes, isTie) => other(codes, place(isTie, true), by))),
  );
  expect(results).toContain(true);
  expect(await explained((codes, isTie) => other(codes, place(isTie, false), 1))).toBe(false);
  expect(await explained((codes, isTie) => other(codes, place(isTie, true), 2))).toBe(false);
  expect(await explained(() => undefined)).toBe(false);
});

test('too many codes are no coincidence', async () => {
  const all = (codes: TypedArray, isTie: (i: number) => boolean) => {
    for (let i = 0; i < 64; i++) if (isTie(i)) codes[i] = Number(codes[i]) + 1;
  };
  expect(await explained(all)).toBe(false);
});
