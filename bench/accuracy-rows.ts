import type { Json } from '../src/ir/program.ts';
import { entropyConstrained } from '../src/passes/fewbit/entropy-constrained.ts';
import { fewBit } from '../src/passes/fewbit/few-bit.ts';
import { floatPasses } from '../src/passes/float/index.ts';
import { type Step, step } from '../src/passes/pass.ts';
import type { Pipeline } from '../src/passes/pipeline.ts';
import { calibrate } from '../src/passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../src/passes/quantize/quantize-int8.ts';
import { refineRanges } from '../src/passes/quantize/refine-ranges.ts';
import { unrollRecurrent } from '../src/passes/quantize/unroll-recurrent.ts';
import { inq } from '../src/passes/retrain/inq.ts';
import { lsq } from '../src/passes/retrain/lsq.ts';
import { prunePass } from '../src/passes/retrain/prune.ts';
import { sharedValuesPass } from '../src/passes/retrain/shared-values.ts';
import { trainPass } from '../src/passes/retrain/train.ts';
import type { TrainingOptions } from '../src/passes/retrain/training-options.ts';
import { ttq } from '../src/passes/retrain/ttq.ts';

/** One row of docs/benchmarks/accuracy.md. */
export interface AccuracyRow {
  readonly model: string;
  readonly method: string;
  /** Of a stored weight; null: as many as the tables say (entropy-coded). */
  readonly bits: number | null;
  readonly seeds: number;
  /** Points under float32 that the project wants to reach at least, and its goal. */
  readonly limits: readonly [atLeast: number, goal: number] | null;
  readonly pipeline: Pipeline;
}

interface Kind {
  readonly model: string;
  readonly seeds: number;
  /** Of each training pass. */
  readonly training: Partial<TrainingOptions>;
  /** Epochs of training after each portion of INQ, and of the other methods in all. */
  readonly portion: number;
  /** Of scales and biases alone, after the last portion. */
  readonly settle: number;
  readonly epochs: number;
}

const LENET: Kind = { model: 'lenet5_mnist', seeds: 3, training: {}, portion: 1, settle: 2, epochs: 7 };
const CAFFE: Kind = { model: 'caffe_lenet', seeds: 3, training: { samples: 27000 }, portion: 1, settle: 1, epochs: 1 };
const DSCNN: Kind = { model: 'dscnn_mnist', seeds: 3, training: { samples: 12000 }, portion: 1, settle: 1, epochs: 4 };
const GRU: Kind = { model: 'gru_mnist', seeds: 3, training: { samples: 12000 }, portion: 1, settle: 1, epochs: 4 };
const RESNET: Kind = {
  model: 'resnet20_cifar',
  seeds: 2,
  training: { samples: 6000, shift: 2, flip: true },
  portion: 1,
  settle: 1,
  epochs: 4,
};
/** At 5 and 4 bits little is left to win. */
const RESNET_SHORT: Kind = { ...RESNET, training: { ...RESNET.training, samples: 3000 } };
/** 4,000 labelled images would be learnt by heart: the float model is the teacher, of moved and mirrored images. */
const IC: Kind = {
  model: 'ic',
  seeds: 2,
  training: { loss: 'teacher', shift: 2, flip: true, rate: 2e-3 },
  portion: 3,
  settle: 3,
  epochs: 12,
};
const IC_SHORT: Kind = { ...IC, portion: 2, settle: 2 };
const KWS: Kind = {
  model: 'kws_float',
  seeds: 2,
  training: { loss: 'teacher', batch: 32, rate: 2e-3 },
  portion: 6,
  settle: 6,
  epochs: 24,
};

const SAMPLES = 512;
const ENDS = [
  { match: ':first', format: 'int8' },
  { match: ':last', format: 'int8' },
];
const FOUR_BITS: Json = [
  { match: '*', bits: 4 },
  { match: ':first', bits: 8 },
  { match: ':last', bits: 8 },
];

const PORTIONS = [0.5, 0.75, 0.875, 1];
/** INQ's table for 3 and 2 bits: a longer tail. */
const LONG_TAIL = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1];

export const ACCURACY_ROWS: readonly AccuracyRow[] = [
  ...floats(LENET),
  inqRow(LENET, 5, [0.15, 0.05]),
  inqRow(LENET, 4, [0.2, 0.05]),
  inqRow(LENET, 3, [0.4, 0.1]),
  inqRow(LENET, 2, [0.8, 0.3]),
  ttqRow(LENET, [0.6, 0.2], false),
  lsqRow(LENET, 4),
  lsqRow(LENET, 3),
  sparseRow({ ...LENET, epochs: 4 }, 0.623, [
    { match: '*', keep: 0.11 },
    { match: ':first', keep: 0.7 },
    { match: ':last', keep: 0.4 },
  ]),
  ...caffe(),
  ...floats(DSCNN),
  inqRow(DSCNN, 4, [0.2, 0]),
  lsqRow(DSCNN, 4),
  lsqRow(DSCNN, 3),
  ...floats(RESNET_SHORT),
  inqRow(RESNET_SHORT, 5, [0.5, 0]),
  inqRow(RESNET_SHORT, 4, [0.8, 0.3]),
  inqRow(RESNET, 3, [2, 1], 'channel'),
  ttqRow(RESNET, [3, 1], false),
  ...floats({ ...IC, epochs: 8 }),
  inqRow(IC_SHORT, 5, [1, 0.3], 'channel'),
  inqRow(IC_SHORT, 4, [1.5, 0.5], 'channel'),
  inqRow(IC, 3, [4, 1.5], 'channel'),
  ttqRow(IC, [6, 3], true),
  floatRow(KWS, 'float32', []),
  inqRow(KWS, 4, [1, 0.3], 'channel'),
  ...floats(GRU),
  inqRow(GRU, 4, [0.5, 0.1], 'channel'),
  ttqRow(GRU, [1, 0.4], false),
];

function floats(kind: Kind): AccuracyRow[] {
  const training = { ...kind.training, loss: 'labels', epochs: kind.epochs, rate: 1e-3, select: 'last' };
  return [
    floatRow({ ...kind, seeds: 1 }, 'float32', []),
    floatRow(kind, 'float32, trained on', [step(trainPass, training)]),
  ];
}

function floatRow({ model, seeds }: Kind, method: string, steps: readonly Step[]): AccuracyRow {
  return { model, method, bits: 32, seeds, limits: null, pipeline: [...floatPasses, ...steps] };
}

type Limits = readonly [number, number];

function inqRow(kind: Kind, bits: number, limits: Limits, scales = 'layer-pow2'): AccuracyRow {
  const { model, seeds, training, portion, settle } = kind;
  const portions = bits > 3 ? PORTIONS : LONG_TAIL;
  const epochs = bits > 3 ? portion : Math.ceil(portion / 2);
  return {
    model,
    method: scales === 'channel' ? 'INQ, a scale per channel' : 'INQ',
    bits,
    seeds,
    limits,
    pipeline: [
      ...quantized([{ match: '*', format: `pow2-${bits}` }], scales),
      step(inq, { ...training, portions, epochs, settle }),
    ],
  };
}

function ttqRow({ model, seeds, training, epochs }: Kind, limits: Limits, ends: boolean): AccuracyRow {
  const layers = ends ? [{ match: '*', format: 'ternary' }, ...ENDS] : [{ match: '*', format: 'ternary' }];
  return {
    model,
    method: ends ? 'TTQ, first and last 8 bit' : 'TTQ, all layers',
    bits: 1.6,
    seeds,
    limits,
    pipeline: [...quantized(layers, 'channel'), step(ttq, { ...training, epochs })],
  };
}

/** Weights and activations. */
function lsqRow({ model, seeds, training, portion }: Kind, bits: 4 | 3): AccuracyRow {
  return {
    model,
    method: 'LSQ, activations in 4 bits',
    bits,
    seeds,
    limits: null,
    pipeline: [
      ...quantized([{ match: '*', format: `int${bits}` }], 'channel', FOUR_BITS),
      step(lsq, { ...training, epochs: 4 * portion }),
    ],
  };
}

function sparseRow(kind: Kind, bits: number, layers: Json): AccuracyRow {
  const surgery = kind.model === 'caffe_lenet' ? { parts: 2, settle: 2 } : { parts: 4, epochs: 2, settle: 4 };
  const { model, seeds, training, epochs } = kind;
  return {
    model,
    method: 'pruning, entropy-constrained, shared values',
    bits: null,
    seeds,
    limits: model === 'caffe_lenet' ? [0.1, 0] : [0.4, 0.1],
    pipeline: [
      ...floatPasses,
      step(prunePass, { ...training, layers, ...surgery }),
      step(calibrate, { samples: SAMPLES }),
      quantizeInt8,
      step(entropyConstrained, { bits }),
      step(sharedValuesPass, { ...training, joint: false, epochs }),
    ],
  };
}

/** LeNet as the papers have it, trained here (caffe-lenet.ts). */
function caffe(): AccuracyRow[] {
  const further = step(trainPass, { loss: 'labels', epochs: 3, rate: 1e-3, select: 'last' });
  const keep = [
    { match: '*', keep: 0.06 },
    { match: 'conv2', keep: 0.15 },
    { match: ':first', keep: 0.8 },
    { match: ':last', keep: 0.3 },
  ];
  return [
    floatRow(CAFFE, 'float32', []),
    floatRow({ ...CAFFE, seeds: 1 }, 'float32, trained on', [further]),
    sparseRow(CAFFE, 0.61, keep),
  ];
}

function quantized(layers: Json, scales: string, activations: Json = []): Pipeline {
  const packed = activations !== null && (activations as readonly Json[]).length > 0;
  return [
    ...floatPasses,
    unrollRecurrent,
    step(calibrate, { samples: SAMPLES, activations }),
    ...(packed ? [refineRanges] : []),
    step(quantizeInt8, { activations }),
    step(fewBit, { layers, samples: SAMPLES, scales }),
  ];
}
