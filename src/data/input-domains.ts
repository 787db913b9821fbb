import { constantOf, typeOf } from '../ir/graph.ts';
import { elementCount } from '../ir/shape.ts';
import { bitsOf, isFloat, numbersOf } from '../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';

/** The numbers for which the operators that read an input are defined; both ends included. */
export interface Domain {
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

const integers = (min: number, max: number): Domain => ({ min, max: Math.max(min, max), integer: true });
const reals = (min: number, max = Infinity): Domain => ({ min, max, integer: false });

/** What all readers of an input, also behind views of it, ask for; null: any number will do. */
export function inputDomain(graph: Graph, input: ValueName): Domain | null {
  const domains: Domain[] = [];
  const values = new Set([input]);
  for (const node of graph.nodes) {
    node.inputs.forEach((value, index) => {
      if (value === null || !values.has(value)) return;
      if (PASS_ON.has(node.op)) for (const output of node.outputs) if (output !== null) values.add(output);
      const domain = asksFor(graph, node, index);
      if (domain) domains.push(domain);
    });
  }
  return domains.length === 0 ? null : domains.reduce(both);
}

/** Their results hold numbers of their (first) input. */
const PASS_ON: ReadonlySet<string> = new Set(
  'Identity Reshape Flatten Squeeze Unsqueeze Transpose Slice Expand Tile Concat Split Cast'.split(' '),
);

/** Where two readers cannot both be pleased, the first is. */
function both(a: Domain, b: Domain): Domain {
  const [min, max] = [Math.max(a.min, b.min), Math.min(a.max, b.max)];
  return min > max ? a : { min, max, integer: a.integer || b.integer };
}

function asksFor(graph: Graph, node: Node, index: number): Domain | null {
  const shapeOf = (i: number) => typeOf(graph, node.inputs[i]).shape;
  const attribute = (name: string, otherwise: number) => Number(node.attributes[name] ?? otherwise);
  const along = (axis: number) => shapeOf(0).at(axis) ?? 1;
  switch (`${node.op} ${index}`) {
    case 'Log 0':
    case 'ReduceLogSum 0':
      return reals(1e-3);
    case 'Sqrt 0':
    case 'BatchNormalization 4':
      return reals(0);
    case 'Acosh 0':
      return reals(1);
    case 'Asin 0':
    case 'Acos 0':
      return reals(-1, 1);
    case 'Atanh 0':
      return reals(-0.99, 0.99);
    case 'Div 1':
    case 'Mod 1':
      return isInteger(graph, node.inputs[1]) ? integers(1, 127) : null;
    case 'BitShift 1':
      return integers(0, bitsOf(typeOf(graph, node.inputs[0]).dtype) - 1);
    case 'Pow 0':
      return baseOf(graph, node);
    case 'Pow 1':
      return isInteger(graph, node.inputs[0]) ? integers(0, 3) : null;
    case 'Gather 1':
    case 'GatherElements 1':
    case 'ScatterElements 1':
    case 'Scatter 1':
      return integers(0, along(attribute('axis', 0)) - 1);
    case 'GatherND 1':
    case 'ScatterND 1': {
      const from = attribute('batch_dims', 0);
      return integers(0, Math.min(...shapeOf(0).slice(from, from + (shapeOf(1).at(-1) ?? 1))) - 1);
    }
    case 'MaxUnpool 1':
      return integers(0, elementCount(shapeOf(0)) - 1);
    case 'RNN 4':
    case 'GRU 4':
    case 'LSTM 4':
      return integers(1, along(attribute('layout', 0)));
    case 'ReverseSequence 1':
      return integers(1, along(attribute('time_axis', 0)));
    case 'TensorScatter 2':
      return integers(0, along(attribute('axis', -2)) - (shapeOf(1).at(attribute('axis', -2)) ?? 1));
    case 'RoiAlign 2':
      return integers(0, along(0) - 1);
    case 'Attention 6':
      return integers(1, shapeOf(1).at(-2) ?? 1);
    default:
      return null;
  }
}

function isInteger(graph: Graph, value: ValueName | null | undefined): boolean {
  return !isFloat(typeOf(graph, value).dtype);
}

/** Powers of integers stay within their type; roots are taken of positive numbers only. */
function baseOf(graph: Graph, node: Node): Domain | null {
  const exponents = constantOf(graph, node.inputs[1]);
  const largest = exponents ? Math.max(...numbersOf(exponents).map(Math.abs)) : 3;
  if (isInteger(graph, node.inputs[0])) return integers(1, largest < 31 ? 2 : 1);
  const whole = exponents !== null && isFloat(exponents.dtype) && numbersOf(exponents).every(Number.isInteger);
  return whole ? null : reals(0.01);
}
