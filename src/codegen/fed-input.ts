import { consumersOf, isOutput, typeOf } from '../ir/graph.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';

/** An input whose rows come one by one. */
export interface FedInput {
  readonly input: ValueName;
  /** What layers read: the input, seen through transposes and reshapes that move nothing. */
  readonly value: ValueName;
  /** These. */
  readonly views: readonly Node[];
}

/**
 * The one input that is an image, of several rows.
 * @throws UserError BAD_ARGUMENT
 */
export function fedInput(graph: Graph): FedInput {
  const found = graph.inputs
    .map((input) => seenThroughViews(graph, input))
    .filter(({ input, value }) => isOfRows(typeOf(graph, value).shape) && !isState(graph, input));
  if (found.length === 1) return found[0];
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `${found.length === 0 ? 'no input' : 'more than one input'} can come row by row`,
    because: graph.inputs.map((input) => `'${input}' is [${typeOf(graph, input).shape.join(',')}]`),
    hint: 'leave out --input-rows, which takes a model with one input [1,channels,rows,columns]',
  });
}

/** The graph as layers by rows see it: what they read is its input. */
export function behindViews(graph: Graph, { input, value, views }: FedInput): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map((other) => (other === input ? value : other)),
    nodes: graph.nodes.filter((node) => !views.includes(node)),
  };
}

function seenThroughViews(graph: Graph, input: ValueName): FedInput {
  const views: Node[] = [];
  for (let value = input; ; ) {
    const [only, ...more] = consumersOf(graph, value);
    const isView = only !== undefined && (only.op === 'Transpose' || only.op === 'Reshape') && only.inputs[0] === value;
    const result = isView ? only.outputs[0] : null;
    if (more.length > 0 || result === null || isOutput(graph, value)) return { input, value, views };
    views.push(only);
    value = result;
  }
}

function isOfRows(shape: readonly number[]): boolean {
  return shape.length === 4 && shape[0] === 1 && shape[2] > 1;
}

function isState({ states = [] }: Graph, value: ValueName): boolean {
  return states.some(({ input }) => input === value);
}
