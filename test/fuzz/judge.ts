import { isFloat } from '../../src/ir/tensor.ts';
import type { DType, Tensor } from '../../src/ir/types.ts';
import { elementReader } from '../../src/numerics/convert.ts';
import { floorOf } from '../../src/verify/rules.ts';
import type { FuzzModel } from './builder.ts';
import type { RandomModel } from './random-model.ts';
import { runNearby, type Values } from './reference.ts';

/** Largest error over the range of the output; half floats are rounded at every node. */
const TOLERANCE: Readonly<Partial<Record<DType, number>>> = { f32: 1e-5, f64: 1e-9, f16: 4e-3, bf16: 3e-2 };
/** A float may be this many times further from onnxruntime's result than that moves when last bits do. */
const NEARBY = 4;

/** Null, or the first output that is neither equal (integers, and floats that nothing rounds) nor close to onnxruntime's. */
export async function judge(model: RandomModel, outputs: Values, wanted: Values): Promise<string | null> {
  let nearby: Values[] | null = null;
  for (const [name, want] of wanted) {
    const got = outputs.get(name);
    if (!got) return `${name} is not there`;
    if (got.dtype !== want.dtype || got.shape.join() !== want.shape.join()) {
      return `${name} is ${got.dtype}[${got.shape}], not ${want.dtype}[${want.shape}]`;
    }
    const exact = model.exact || !isFloat(want.dtype);
    const floor = Math.max(
      0,
      ...model.nodes.filter(({ outputs }) => outputs.includes(name)).map(({ op }) => floorOf(op)),
    );
    const tolerance = exact ? 0 : Math.max((TOLERANCE[want.dtype] ?? 0) * rangeOf(want), floor);
    const wrong = furthest(got, want);
    if (wrong.error <= (usesHalf(model) && !exact ? Math.max(tolerance, 4e-3 * rangeOf(want)) : tolerance)) continue;
    nearby ??= exact ? [] : await runNearby(model);
    const conditioned = Math.max(0, ...nearby.map((values) => furthest(values.get(name)!, want).error));
    if (!exact && wrong.error <= NEARBY * conditioned) continue;
    return `${name}[${wrong.at}] is ${wrong.got}, not ${wrong.want} (range ${rangeOf(want)}, conditioned ${conditioned})`;
  }
  return null;
}

function usesHalf({ inputs, constants }: FuzzModel): boolean {
  const types = [
    ...Object.values(inputs).map(([dtype]) => dtype),
    ...Object.values(constants).map(({ dtype }) => dtype),
  ];
  return types.includes('f16') || types.includes('bf16');
}

/** Largest magnitude among finite elements. */
function rangeOf(tensor: Tensor): number {
  const read = elementReader(tensor);
  let range = 0;
  for (let i = 0; i < tensor.data.length; i++) if (Number.isFinite(read(i))) range = Math.max(range, Math.abs(read(i)));
  return range;
}

/** NaN equals NaN and infinities themselves; against anything else they are infinitely far. */
function furthest(got: Tensor, want: Tensor): { error: number; at: number; got: number; want: number } {
  const [left, right] = [elementReader(got), elementReader(want)];
  let worst = { error: 0, at: 0, got: 0, want: 0 };
  for (let i = 0; i < want.data.length; i++) {
    const [a, b] = [left(i), right(i)];
    if (got.data[i] === want.data[i] || a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const distance = Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) : Number.POSITIVE_INFINITY;
    // 64-bit integers that differ beyond 2^53 differ all the same.
    const error = distance === 0 ? 1 : distance;
    if (error > worst.error) worst = { error, at: i, got: a, want: b };
  }
  return worst;
}
