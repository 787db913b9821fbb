import { elementCount } from '../../src/ir/shape.ts';
import type { Attribute, Graph, Node, Quant, Shape, Tensor, TensorType, ValueName } from '../../src/ir/types.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';
import { must } from '../../src/support/errors.ts';

/** A layer with inputs of its own. */
interface Job {
  readonly op: string;
  readonly x: readonly Shape[];
  readonly w: Shape | null;
  readonly y: Shape;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The input that is constant. */
  readonly constant?: number;
}

export type Kind =
  | FewKind
  | PairedKind
  | PackedKind
  | 'conv'
  | 'grouped'
  | 'threes'
  | 'pointwise'
  | 'depthwise'
  | 'lanes'
  | 'dense'
  | 'add'
  | 'mul'
  | 'table'
  | 'average'
  | 'max';

/** Layers of which all weights have few bits each. */
type FewKind = 'few-conv' | 'few-pointwise' | 'few-dense';

/** Layers of which all weights are looked up in pairs. */
type PairedKind = 'paired-conv' | 'paired-pointwise' | 'paired-dense';

/** Layers of which input, output or both have codes of 4 bits. */
type PackedKind =
  | 'packed-conv'
  | 'packed-pointwise'
  | 'packed-depthwise'
  | 'packed-eights'
  | 'packed-dense'
  | 'packed-average'
  | 'packed-max'
  | 'packed-add'
  | 'packed-mul';

/**
 * `count` layers of a kind side by side, shapes, scales, zero points and codes drawn at random: odd channels and widths, strides,
 * pads, dilations, groups, codes of -128 and 127, results between other codes.
 */
export function randomJobs(kind: Kind, count: number, seed: number): Graph {
  const types = new Map<ValueName, TensorType>();
  const constants = new Map<ValueName, Tensor>();
  const nodes: Node[] = [];
  for (let i = 0; i < count; i++) {
    const rng = createRng(seed * 1000 + i);
    const job = JOBS[kind](rng);
    const name = `${kind}${i}`;
    const files = job.w === null ? FILES.slice(0, 2) : FILES;
    const file = kind !== 'table' && i % 4 === 1 ? files[(i >> 2) % files.length] : OWN;
    const scales = job.x.map(() => file.scale(0.01 + 0.04 * rng.uniform()));
    const [xBits, yBits] = kind.startsWith('packed-') ? widths(kind, i) : [8, 8];
    const inputs: ValueName[] = job.x.map((shape, j) => {
      // A second operand may have other widths than the first.
      const bits = j === 1 && i % 3 === 0 && xBits !== yBits ? yBits : xBits;
      types.set(`${name}_x${j}`, codes(shape, [scales[j]], zeroPoint(bits, rng), null, bits));
      return `${name}_x${j}`;
    });
    if (job.constant !== undefined) addConstant(`${name}_x${job.constant}`, rng);
    const relu = job.w !== null && rng.int(0, 2) === 0;
    const format = formatOf(kind, i, rng);
    if (job.w) addWeights(name, job.w, scales[0], file, format, rng, inputs);
    // With packed codes, the clamp of a relu may be another one than that of the codes.
    const least = -(2 ** (yBits - 1)) + (yBits === 4 ? rng.int(0, 1) : 0);
    const zero = relu ? least : zeroPoint(yBits, rng);
    const widened = 2 ** (job.w === null ? 0 : xBits - yBits);
    const usual = outputScale(job, scales, format.spread, rng) * widened;
    // Below the steps of the sums of some outputs: these are shifted to the left.
    const isFine = /^(few|paired)-|^lanes$|^depthwise$/.test(kind) && i % 5 === 2;
    const step = file.scale(isFine ? Math.min(usual, 0.008 * scales[0]) : usual);
    const reach = 2 ** (yBits - 8);
    const between: Node['clip'] = kind !== 'table' && i % 5 === 3 ? [-20 * reach * step, 60 * reach * step] : null;
    // Those without weights may round as QLinearAdd and its like do.
    const rounding = job.w === null && i % 8 === 1 ? 'even-codes' : 'even-steps';
    types.set(name, codes(job.y, [step], zero, null, yBits));
    nodes.push({
      op: job.op,
      domain: job.op === 'LookupTable' ? 'nibblec' : '',
      name,
      inputs,
      outputs: [name],
      attributes: job.attributes,
      clip: relu ? [0, Infinity] : between,
      ...(file !== OWN && format === PLAIN && ({ rounding } as const)),
    });
  }
  const inputs = [...types.keys()].filter((value) => /_x\d$/.test(value) && !constants.has(value));
  return { name: 'jobs', inputs, outputs: nodes.map(({ name }) => name), nodes, types, constants };

  function addConstant(value: ValueName, rng: Rng): void {
    const { shape, quant } = must(types.get(value), 'a type');
    const half = 2 ** ((quant?.bits ?? 8) - 1);
    const data = Int8Array.from({ length: elementCount(shape) }, () => rng.int(-half, half - 1));
    constants.set(value, { dtype: 'i8', shape, data });
  }

  function addWeights(
    name: string,
    shape: Shape,
    scale: number,
    file: File,
    format: Format,
    rng: Rng,
    inputs: ValueName[],
  ): void {
    const outputs = shape[0];
    const extreme = format === PLAIN && rng.int(0, kind === 'lanes' ? 1 : 3) === 0;
    const few = () => pick(rng, ...format.codes);
    const often = kind === 'lanes' ? 4 : 9;
    const code = () => (extreme && rng.int(0, often) === 0 ? (rng.int(0, 1) === 0 ? -128 : 127) : few());
    const data = Int8Array.from({ length: elementCount(shape) }, code);
    const wScales = Array.from(
      { length: outputs },
      (_, o) => (o === 0 ? file.first : 1) * file.scale(0.002 + 0.006 * rng.uniform()),
    );
    const fraction = format === PLAIN ? file.fraction : 0;
    const most = format.spread < 1 ? 300 : 30_000;
    const bias = Int32Array.from(
      { length: outputs },
      () => rng.int(-most, most) * 2 ** fraction + rng.int(0, 2 ** fraction - 1),
    );
    constants.set(`${name}_w`, { dtype: 'i8', shape, data });
    constants.set(`${name}_b`, { dtype: 'i32', shape: [outputs], data: bias });
    const type = codes(shape, wScales, 0, 0);
    const quant8 = must(type.quant, 'a quantized type');
    types.set(`${name}_w`, format.name === null ? type : { ...type, quant: { ...quant8, format: format.name } });
    const quant: Quant = {
      ...scheme,
      bits: 32,
      scale: wScales.map((w) => (w * scale) / 2 ** fraction),
      zeroPoint: zeros(outputs),
      axis: 0,
    };
    types.set(`${name}_b`, { dtype: 'i32', shape: [outputs], quant });
    inputs.push(`${name}_w`, `${name}_b`);
  }
}

/** Every other layer is added to another tensor, or that to it; the sum may have other bounds. */
export function withSums(jobs: Graph, seed: number): Graph {
  const types = new Map(jobs.types);
  const inputs = [...jobs.inputs];
  const nodes = jobs.nodes.flatMap((node, i): Node[] => {
    if (i % 2 === 1 || node.rounding) return [node];
    const rng = createRng(seed * 1000 + i);
    const [name, other] = [`${node.name}_sum`, `${node.name}_other`];
    const { shape, quant } = must(types.get(node.name), 'a type');
    const scale = must(quant, 'a quantized type').scale[0];
    types.set(other, codes(shape, [scale * (0.3 + 2 * rng.uniform())], zeroPoint(8, rng), null));
    types.set(name, codes(shape, [scale * (0.5 + 2 * rng.uniform())], zeroPoint(8, rng), null));
    inputs.push(other);
    const operands = rng.int(0, 1) === 0 ? [node.name, other] : [other, node.name];
    const clip: Node['clip'] = rng.int(0, 2) === 0 ? [0, 40 * scale] : null;
    return [
      { ...node, clip: null },
      { op: 'Add', domain: '', name, inputs: operands, outputs: [name], attributes: {}, clip },
    ];
  });
  return { ...jobs, types, inputs, nodes };
}

/** How scales and bias of a layer are that came quantized. */
interface File {
  scale(wanted: number): number;
  /** By which the scale of the first channel differs. */
  readonly first: number;
  /** Bits of the bias below a step of the sums. */
  readonly fraction: number;
}

const nearestPower = (scale: number) => 2 ** Math.round(Math.log2(scale));
const OWN: File = { scale: (wanted) => wanted, first: 1, fraction: 0 };
/** Scales that need precise multipliers; powers of two; some of them; a bias in float. */
const FILES: readonly File[] = [
  { ...OWN },
  { ...OWN, scale: nearestPower },
  { ...OWN, scale: nearestPower, first: 1.3 },
  { ...OWN, fraction: 6 },
];

const scheme = { scheme: 'affine' as const };
const zeros = (count: number) => new Array<number>(count).fill(0);

function codes(shape: Shape, scale: readonly number[], zero: number, axis: number | null, bits = 8): TensorType {
  const quant: Quant = { ...scheme, bits, scale, zeroPoint: scale.map(() => zero), axis };
  return { dtype: 'i8', shape, quant };
}

/** Weights that a format can store, and about how far they are from 0. */
interface Format {
  readonly name: string | null;
  readonly codes: readonly number[];
  readonly spread: number;
}

const zeroPoint = (bits: number, rng: Rng) => rng.int(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1);

/** Bits of input and output. */
function widths(kind: Kind, index: number): readonly [number, number] {
  if (kind === 'packed-max' || kind === 'packed-eights') return [4, 4];
  const all = [
    [4, 4],
    [4, 4],
    [8, 4],
    [4, 8],
  ] as const;
  return all[(index >> 1) % all.length];
}

const from = (low: number, high: number) => Array.from({ length: high - low + 1 }, (_, i) => low + i);
const PLAIN: Format = { name: null, codes: from(-127, 127), spread: 74 };
const FORMATS: readonly Format[] = [
  { name: 'int4', codes: from(-8, 7), spread: 4.6 },
  { name: 'int3', codes: from(-4, 3), spread: 2.3 },
  { name: 'int2', codes: from(-2, 1), spread: 1.2 },
  { name: 'pow2p-3', codes: [-4, -2, -1, 0, 1, 2, 4], spread: 2.4 },
  { name: 'ternary', codes: from(-1, 1), spread: 0.8 },
  { name: 'ternary', codes: from(-1, 1), spread: 0.8 },
  { name: 'codebook-16', codes: from(0, 15).map((i) => 11 * i - 81), spread: 51 },
  { name: 'int3+huffman', codes: from(-4, 3), spread: 2.3 },
  { name: 'int4+rans', codes: from(-8, 7), spread: 4.6 },
  { name: 'intv-4', codes: from(-8, 7), spread: 4.6 },
];

const FIELDS = FORMATS.filter(({ name }) => /^(int\d|ternary|pow2p-3)$/.test(name ?? ''));

const POWERS: Format = { name: 'pow2p-4', codes: [0, 1, 2, 4, 8, 16, 32, 64].flatMap((e) => [e, -e]), spread: 35 };

/** Codes that do not fit fields of 4 bits. Without zero only where nothing is filled up with it. */
const PAIRS: readonly Format[] = [
  POWERS,
  POWERS,
  // Sums that are shifted to the left and then fit 16 bits.
  { name: 'pow2p-4', codes: [0, 0, 1, -1, 2, -2, 8], spread: 3.3 },
  { name: 'codebook-16', codes: from(0, 15).map((i) => 11 * i - 77), spread: 51 },
  { name: 'codebook-16', codes: from(0, 15).map((i) => 11 * i - 81), spread: 51 },
];

function formatOf(kind: Kind, index: number, rng: Rng): Format {
  if (kind === 'grouped') return FORMATS[index % FORMATS.length];
  if (kind.startsWith('few-')) return pick(rng, ...FIELDS);
  if (kind.startsWith('paired-')) return PAIRS[index % PAIRS.length];
  if (kind.startsWith('packed-') && index % 3 !== 1) return pick(rng, PLAIN, ...FIELDS);
  return kind !== 'threes' && kind !== 'lanes' && index % 3 === 0 ? pick(rng, ...FORMATS) : PLAIN;
}

/** So that results of random codes spread over about the range of int8. */
function outputScale({ w, op }: Job, [a, b = a]: readonly number[], spread: number, rng: Rng): number {
  if (op === 'Mul') return 60 * a * b * (0.5 + rng.uniform());
  if (!w) return op === 'Add' ? (a + b) * (0.5 + rng.uniform()) : a;
  const depth = elementCount(w) / w[0];
  return (Math.sqrt(depth) * 74 * spread * a * 0.005 * (0.5 + rng.uniform())) / 50;
}

const pick = <T>(rng: Rng, ...list: readonly T[]): T => list[rng.int(0, list.length - 1)];

const JOBS: Readonly<Record<Kind, (rng: Rng) => Job>> = {
  'few-conv': (rng) => JOBS.conv(rng),
  'few-pointwise': (rng) => JOBS.pointwise(rng),
  'few-dense': (rng) => JOBS.dense(rng),
  'paired-conv': (rng) => JOBS.conv(rng),
  'paired-pointwise': (rng) => JOBS.pointwise(rng),
  'paired-dense': (rng) => JOBS.dense(rng),
  'packed-conv': (rng) => JOBS.conv(rng),
  'packed-pointwise': (rng) => JOBS.pointwise(rng),
  'packed-depthwise': (rng) => JOBS.depthwise(rng),
  'packed-eights'(rng) {
    const channels = 8 * rng.int(1, 3);
    return windowJob(rng, {
      op: 'Conv',
      channels,
      outputs: channels,
      groups: channels,
      kernels: [3],
      line: false,
      plain: true,
    });
  },
  'packed-dense': (rng) => JOBS.dense(rng),
  'packed-average': (rng) => JOBS.average(rng),
  'packed-max': (rng) => JOBS.max(rng),
  'packed-add': (rng) => pairJob(rng, 'Add', true),
  'packed-mul': (rng) => pairJob(rng, 'Mul', true),
  conv(rng) {
    const groups = pick(rng, 1, 1, 1, 1, 2, 3);
    const channels = groups * pick(rng, 1, 2, 3, 4, 5, 8, 12, 16);
    const outputs = groups * pick(rng, 1, 3, 4, 6, 8, 16);
    const line = rng.int(0, 5) === 0;
    return windowJob(rng, { op: 'Conv', channels, outputs, groups, kernels: [1, 2, 3, 3, 3, 5], line });
  },
  grouped(rng) {
    const groups = pick(rng, 2, 3);
    const [channels, outputs] = [groups * pick(rng, 11, 12, 13, 16), groups * pick(rng, 3, 4, 6, 8, 9)];
    return windowJob(rng, { op: 'Conv', channels, outputs, groups, kernels: [3, 3, 5], line: rng.int(0, 3) === 0 });
  },
  threes(rng) {
    const [channels, outputs, h, w] = [4 * rng.int(1, 12), 4 * rng.int(1, 4), rng.int(1, 9), rng.int(1, 9)];
    const [top, left, bottom, right] = [
      rng.int(0, 2),
      rng.int(0, 2),
      rng.int(h < 3 ? 2 : 0, 2),
      rng.int(w < 3 ? 2 : 0, 2),
    ];
    return {
      op: 'Conv',
      x: [[1, channels, h, w]],
      w: [outputs, channels, 3, 3],
      y: [1, outputs, h + top + bottom - 2, w + left + right - 2],
      attributes: { kernel_shape: [3, 3], pads: [top, left, bottom, right] },
    };
  },
  pointwise(rng) {
    const [channels, outputs] = [pick(rng, 3, 4, 8, 12, 16, 24, 36, 64), pick(rng, 2, 4, 8, 12, 32)];
    const [h, w, batch] = [rng.int(1, 7), rng.int(1, 7), pick(rng, 1, 1, 2)];
    return {
      op: 'Conv',
      x: [[batch, channels, h, w]],
      w: [outputs, channels, 1, 1],
      y: [batch, outputs, h, w],
      attributes: { kernel_shape: [1, 1] },
    };
  },
  depthwise(rng) {
    const channels = pick(rng, 4, 8, 8, 12, 16, 5, 20);
    const kernels = pick(rng, [3], [3], [3], [3], [1, 2, 3, 5, 7]);
    const line = kernels.length > 1 && rng.int(0, 2) === 0;
    return windowJob(rng, { op: 'Conv', channels, outputs: channels, groups: channels, kernels, line });
  },
  lanes(rng) {
    const channels = pick(rng, 4, 4, 8, 8, 8, 8, 16, 17, 24, 32, 47, 48);
    const kernels = pick(rng, [3], [3], [3], [5]);
    const plain = rng.int(0, 3) > 0;
    return windowJob(rng, { op: 'Conv', channels, outputs: channels, groups: channels, kernels, line: false, plain });
  },
  dense(rng) {
    const [rows, inputs, out] = [pick(rng, 1, 1, 1, 2, 3), pick(rng, 3, 8, 16, 37, 64, 72, 100, 128), rng.int(1, 21)];
    return { op: 'Gemm', x: [[rows, inputs]], w: [out, inputs], y: [rows, out], attributes: { transB: 1 } };
  },
  add: (rng) => pairJob(rng, 'Add'),
  mul: (rng) => pairJob(rng, 'Mul'),
  table(rng) {
    const shape = [1, rng.int(1, 9), rng.int(1, 9)];
    return { op: 'LookupTable', x: [shape, [256]], w: null, y: shape, attributes: {}, constant: 1 };
  },
  average(rng) {
    const job = poolJob(rng, 'AveragePool');
    return { ...job, attributes: { ...job.attributes, count_include_pad: rng.int(0, 1) } };
  },
  max: (rng) => poolJob(rng, 'MaxPool'),
};

/** Operands of one shape, or one of them spread over the other; `alike`: a constant of one element at most. */
function pairJob(rng: Rng, op: string, alike = false): Job {
  const [channels, h, w] = [rng.int(1, 9), rng.int(1, 5), rng.int(1, 5)];
  const y = [1, channels, h, w];
  if (alike && rng.int(0, 3) === 0) return { op, x: [y, []], w: null, y, attributes: {}, constant: 1 };
  const spread = alike ? y : pick<Shape>(rng, y, y, y, [channels, 1, 1], [h, w], [1, 1, h, 1], []);
  const x = rng.int(0, 2) === 0 ? [spread, y] : [y, spread];
  const constant = rng.int(0, 2) === 0 ? { constant: x.indexOf(spread) } : {};
  return { op, x, w: null, y, attributes: {}, ...constant };
}

function poolJob(rng: Rng, op: string): Job {
  const channels = pick(rng, 3, 4, 6, 8, 12, 16, 17, 40);
  return windowJob(rng, { op, channels, outputs: channels, groups: 0, kernels: [1, 2, 3, 5], line: false });
}

interface Window {
  readonly op: string;
  readonly channels: number;
  readonly outputs: number;
  /** 0: pooling, without weights. */
  readonly groups: number;
  readonly kernels: readonly number[];
  /** One spatial dimension. */
  readonly line: boolean;
  /** One image, no dilation. */
  readonly plain?: boolean;
}

function windowJob(rng: Rng, { op, channels, outputs, groups, kernels, line, plain = false }: Window): Job {
  const axes = Array.from({ length: line ? 1 : 2 }, () => {
    const kernel = pick(rng, ...kernels);
    const dilation = groups > 0 && !plain && rng.int(0, 4) === 0 ? 2 : 1;
    const extent = (kernel - 1) * dilation + 1;
    const pads =
      groups > 0 || (kernel > 1 && rng.int(0, 2) === 0) ? [rng.int(0, kernel >> 1), rng.int(0, kernel >> 1)] : [0, 0];
    const stride = pick(rng, 1, 1, 2);
    const size = Math.max(extent, rng.int(1, 11));
    return { kernel, dilation, pads, stride, size, out: Math.floor((size + pads[0] + pads[1] - extent) / stride) + 1 };
  });
  const batch = plain ? 1 : pick(rng, 1, 1, 1, 2);
  const all = (field: 'kernel' | 'dilation' | 'stride' | 'size' | 'out') => axes.map((axis) => axis[field]);
  return {
    op,
    x: [[batch, channels, ...all('size')]],
    w: groups > 0 ? [outputs, channels / groups, ...all('kernel')] : null,
    y: [batch, outputs, ...all('out')],
    attributes: {
      kernel_shape: all('kernel'),
      strides: all('stride'),
      pads: [...axes.map(({ pads }) => pads[0]), ...axes.map(({ pads }) => pads[1])],
      ...(groups > 0 ? { dilations: all('dilation'), group: groups } : {}),
    },
  };
}
