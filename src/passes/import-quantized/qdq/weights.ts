import { constantOf, typeOf } from '../../../ir/graph.ts';
import type { Linear } from '../../../ir/linear.ts';
import { elementCount } from '../../../ir/shape.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Quant, Shape, Tensor, ValueName } from '../../../ir/types.ts';
import { channelRuns } from '../../../quant/per-channel.ts';
import { must } from '../../../support/errors.ts';
import type { CodeGraph, Codes } from './code-graph.ts';
import { codeType } from './scales.ts';

/** Weights as the kernels want them, with the input they belong to. */
export interface Weights {
  readonly input: Codes;
  readonly weights: Codes;
  /** Set when input channels are read more than once. */
  readonly repeated: number;
}

/**
 * Kernels want weights with zero point 0: they get w - zero point, which needs up to 9 bits. Where that leaves int8,
 * the input channel is read again and takes the rest:  sum x w = sum x clamp(w) + sum x (w - clamp(w)).
 * A string says why the weights cannot be used.
 */
export function centredWeights(code: CodeGraph, linear: Linear, input: Codes, held: Codes): Weights | string {
  const { rowAxis, columnAxis } = linear;
  const tensor = must(constantOf(code.view, held.name), held.name);
  const { quant } = held;
  if (quant.axis !== null && quant.axis !== rowAxis) return 'its weights have one scale per input channel';
  const plain = quant.zeroPoint.every((zero) => zero === 0);
  if (plain && ['i8', 'i16'].includes(tensor.dtype)) return { input, weights: held, repeated: 0 };
  if (tensor.dtype !== 'i8') return `its weights are ${tensor.dtype}`;
  const values = centred(tensor, quant);
  const meaning: Quant = { ...quant, zeroPoint: quant.zeroPoint.map(() => 0) };
  const sources = channelSources(values, tensor.shape, columnAxis);
  const repeated = sources.length - tensor.shape[columnAxis];
  const { codes, shape } = spread(values, tensor.shape, columnAxis, sources);
  const name = code.constant(`${held.name}.centred`, tensorOf('i8', shape, codes), meaning);
  const weights = { name, quant: meaning, range: { min: -128, max: 127 } };
  return { input: repeated > 0 ? readAgain(code, linear, input, sources) : input, weights, repeated };
}

/** w - zero point of its output channel. */
function centred({ shape, data }: Tensor, { axis, zeroPoint }: Quant): Int16Array {
  const { inner } = axis === null ? { inner: data.length } : channelRuns(shape, axis);
  return Int16Array.from(data as Int8Array, (w, i) => w - zeroPoint[Math.floor(i / inner) % zeroPoint.length]);
}

/** Every channel once, then those again whose weights one int8 does not use up (-255 .. 255: at most three times). */
function channelSources(values: Int16Array, shape: Shape, axis: number): number[] {
  const { channels, inner } = channelRuns(shape, axis);
  const times = new Array<number>(channels).fill(1);
  for (let i = 0; i < values.length; i++) {
    const needed = Math.ceil(values[i] < 0 ? values[i] / -128 : values[i] / 127);
    const channel = Math.floor(i / inner) % channels;
    times[channel] = Math.max(times[channel], needed);
  }
  const once = times.map((_, channel) => channel);
  return [...once, ...[2, 3].flatMap((turn) => once.filter((channel) => times[channel] >= turn))];
}

/** The k-th mention of a channel takes what int8 can hold of what the ones before it have left. */
function spread(values: Int16Array, shape: Shape, axis: number, sources: readonly number[]) {
  const { channels, outer, inner } = channelRuns(shape, axis);
  const rest = values.slice();
  const codes = new Int8Array(outer * sources.length * inner);
  for (let o = 0; o < outer; o++) {
    sources.forEach((channel, position) => {
      for (let i = 0; i < inner; i++) {
        const from = (o * channels + channel) * inner + i;
        const part = Math.min(Math.max(rest[from], -128), 127);
        rest[from] -= part;
        codes[(o * sources.length + position) * inner + i] = part;
      }
    });
  }
  return { codes, shape: shape.map((size, i) => (i === axis ? sources.length : size)) };
}

/** The input with channels repeated, group by group. */
function readAgain(
  code: CodeGraph,
  { inputAxis: axis, groups }: Linear,
  input: Codes,
  sources: readonly number[],
): Codes {
  const { shape } = typeOf(code.view, input.name);
  const size = shape[axis] / groups;
  const indices = Array.from({ length: groups }, (_, g) => sources.map((channel) => g * size + channel)).flat();
  const name: ValueName = code.fresh(`${input.name}.again`);
  const list = code.constant(`${name}.channels`, tensorOf('i64', [indices.length], indices));
  const type = codeType(
    shape.map((count, i) => (i === axis ? indices.length : count)),
    input.quant,
  );
  code.node({ op: 'Gather', inputs: [input.name, list], attributes: { axis } }, name, type);
  return { ...input, name };
}

/**
 * The bias in steps of the sums, (input scale) * (weight scale), from float32 or integer numbers; null when it leaves int32
 * or is not one number per output.
 */
export function biasSteps(code: CodeGraph, value: ValueName, scales: readonly number[]): number[] | null {
  const held = code.codesOf(value);
  const tensor = constantOf(code.view, held?.name ?? value);
  const count = tensor ? elementCount(tensor.shape) : 0;
  if (!tensor || (!held && tensor.dtype !== 'f32') || (count !== 1 && count !== scales.length)) return null;
  const channel = (i: number, list: readonly number[]) => list[list.length === 1 ? 0 : i];
  const steps = scales.map((scale, i) => {
    const stored = Number(tensor.data[count === 1 ? 0 : i]);
    if (!held) return stored / scale;
    const difference = stored - channel(i, held.quant.zeroPoint);
    const ratio = channel(i, held.quant.scale) / scale;
    // The quantizer rounded the product of the two scales to float32.
    return Math.abs(ratio - 1) < 2 ** -20 ? difference : difference * ratio;
  });
  return steps.every((bias) => Math.abs(bias) < 2 ** 31 - 1) ? steps : null;
}
