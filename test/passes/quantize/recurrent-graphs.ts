import { elementCount } from '../../../src/ir/shape.ts';
import { tensorOf } from '../../../src/ir/tensor.ts';
import type { Attribute, Graph, Shape, Tensor, TensorType, ValueName } from '../../../src/ir/types.ts';
import { createRng } from '../../../src/numerics/rng.ts';

export interface RecurrentSketch {
  readonly op: 'GRU' | 'LSTM' | 'RNN';
  readonly steps?: number;
  readonly batch?: number;
  readonly inputs?: number;
  readonly hidden?: number;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly bias?: boolean;
  /** Inputs for the first states. */
  readonly first?: boolean;
  /** Which outputs are there. Default: the last state alone. */
  readonly outputs?: readonly boolean[];
}

const GATES = { RNN: 1, GRU: 3, LSTM: 4 };

/** A graph of one recurrent layer with random parameters. */
export function recurrentGraph(sketch: RecurrentSketch, seed = 1): Graph {
  const { op, steps = 4, batch = 1, inputs = 3, hidden = 5, attributes = {}, bias = true, first = false } = sketch;
  const { outputs: wanted = [false, true] } = sketch;
  const rng = createRng(seed);
  const types = new Map<ValueName, TensorType>();
  const constants = new Map<ValueName, Tensor>();
  const graphInputs: ValueName[] = [];
  const value = (name: ValueName, shape: Shape): ValueName => {
    types.set(name, { dtype: 'f32', shape, quant: null });
    return name;
  };
  const input = (name: ValueName, shape: Shape): ValueName => {
    graphInputs.push(name);
    return value(name, shape);
  };
  const weights = (name: ValueName, shape: Shape): ValueName => {
    const values = Array.from({ length: elementCount(shape) }, () => rng.normal() / Math.sqrt(hidden));
    constants.set(name, tensorOf('f32', shape, values));
    return value(name, shape);
  };
  const directions = attributes.direction === 'bidirectional' ? 2 : 1;
  const rows = GATES[op] * hidden;
  const state = [directions, batch, hidden];
  const operands = [
    input('x', [steps, batch, inputs]),
    weights('W', [directions, rows, inputs]),
    weights('R', [directions, rows, hidden]),
    bias ? weights('B', [directions, 2 * rows]) : null,
    null,
    first ? input('h0', state) : null,
    ...(op === 'LSTM' && first ? [input('c0', state)] : []),
  ];
  const results: readonly [ValueName, Shape][] = [
    ['Y', [steps, directions, batch, hidden]],
    ['last', state],
    ['cell', state],
  ];
  const outputs = wanted.map((there, i) => (there ? value(...results[i]) : null));
  const node = { op, domain: '', name: 'layer', inputs: operands, outputs, clip: null };
  const all = { hidden_size: hidden, ...attributes };
  const graphOutputs = outputs.filter((output) => output !== null);
  return {
    name: '',
    inputs: graphInputs,
    outputs: graphOutputs,
    nodes: [{ ...node, attributes: all }],
    types,
    constants,
  };
}
