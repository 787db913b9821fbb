import type { Attribute } from '../../../src/ir/types.ts';
import { type Builder, between, whole } from '../builder.ts';
import type { Family } from '../family.ts';

const GATES = { RNN: 1, GRU: 3, LSTM: 4 } as const;
/** Activation functions of one direction. */
const FUNCTIONS = { RNN: 1, GRU: 2, LSTM: 3 } as const;

/** Activations with the alpha and beta they want. */
const ACTIVATIONS: readonly (readonly [string, number, number])[] = [
  ['Tanh', 0, 0],
  ['Sigmoid', 0, 0],
  ['Relu', 0, 0],
  ['Softsign', 0, 0],
  ['Softplus', 0, 0],
  ['HardSigmoid', 0.3, 0.4],
  ['LeakyRelu', 0.1, 0],
  ['Elu', 0.5, 0],
  ['Affine', 0.5, 0.1],
  ['ScaledTanh', 0.7, 0.8],
  ['ThresholdedRelu', 0.2, 0],
];

function recurrent(op: keyof typeof GATES): Family {
  return { op, nature: 'close', make: (b) => make(b, op) };
}

function make(b: Builder, op: keyof typeof GATES): void {
  const direction = b.pick(['forward', 'reverse', 'bidirectional']);
  const directions = direction === 'bidirectional' ? 2 : 1;
  const hidden = b.int(1, 4);
  const layout = b.opset >= 14 && b.chance(0.2) ? 1 : 0;
  const dtype = 'f32';
  const weights = between(-0.8, 0.8);
  const x = b.data({ dtypes: [dtype], shape: b.like([b.int(1, 4), b.int(1, 3), b.int(1, 4)]) });
  const [steps, batch, input] = layout ? [x.shape[1], x.shape[0], x.shape[2]] : x.shape;
  const gates = GATES[op] * hidden;
  const state = () => b.operand(dtype, layout ? [batch, directions, hidden] : [directions, batch, hidden]);
  const inputs = [
    x,
    b.constant(dtype, [directions, gates, input], weights),
    b.constant(dtype, [directions, gates, hidden], weights),
    b.optional(() => b.constant(dtype, [directions, 2 * gates], weights)),
    b.chance(0.3) ? b.operand('i32', [batch], whole(1, steps)) : null,
    b.optional(state),
    ...(op === 'LSTM'
      ? [b.optional(state), b.chance(0.3) ? b.constant(dtype, [directions, 3 * hidden], weights) : null]
      : []),
  ];
  const outputs =
    op === 'LSTM'
      ? b.pick([[true], [true, true, true], [false, true], [false, true, true], [true, false, true]])
      : b.pick([[true], [true, true], [false, true]]);
  const attributes: Record<string, Attribute> = {
    hidden_size: hidden,
    ...(direction !== 'forward' ? { direction } : b.some({ direction })),
    ...(layout && { layout }),
    ...(b.chance(0.3) && { clip: b.pick([0.5, 1, 3]) }),
    ...(op === 'GRU' && b.some({ linear_before_reset: b.int(0, 1) })),
    ...(op === 'LSTM' && b.chance(0.2) && { input_forget: 1 }),
    ...(b.chance(0.35) && activations(b, FUNCTIONS[op] * directions)),
  };
  b.node(op, inputs, attributes, outputs);
}

function activations(b: Builder, count: number): Record<string, Attribute> {
  const chosen = Array.from({ length: count }, () => b.pick(ACTIVATIONS));
  const names = chosen.map(([name]) => name);
  if (chosen.every(([, alpha]) => alpha === 0)) return { activations: names };
  // onnxruntime takes alphas one after the other for the activations that have any, betas as well.
  const alphas = chosen.filter(([, alpha]) => alpha !== 0).map(([, alpha]) => alpha);
  const betas = chosen.filter(([, , beta]) => beta !== 0).map(([, , beta]) => beta);
  return { activations: names, activation_alpha: alphas, ...(betas.length > 0 && { activation_beta: betas }) };
}

export const RECURRENT: readonly Family[] = [recurrent('RNN'), recurrent('GRU'), recurrent('LSTM')];
