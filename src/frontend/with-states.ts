import { consumersOf, isOutput, typeOf } from '../ir/graph.ts';
import { sameShape } from '../ir/shape.ts';
import type { Graph, Node, State, ValueName } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { nearestName } from '../support/nearest.ts';

/** Outputs of values that stay for the next run, by the inputs that read them there; 'none': no state, whatever looks like one. */
export type GivenStates = ReadonlyMap<ValueName, ValueName> | 'none';

/**
 * The graph with its states: those given, and recurrent layers whose first state is an input and whose last one an output. The
 * two have one scale when they become codes, so that codes are kept as they are.
 * @throws UserError BAD_ARGUMENT
 */
export function withStates(graph: Graph, given: GivenStates = new Map()): Graph {
  if (given === 'none') return graph;
  for (const [input, output] of given) checkState(graph, { input, output });
  const free = recurrentStates(graph).filter(
    ({ input, output }) => !given.has(input) && ![...given.values()].includes(output),
  );
  const states = [...[...given].map(([input, output]) => ({ input, output })), ...free];
  if (states.length === 0) return graph;
  const ties = [...(graph.ties ?? []), ...states.map(({ input, output }) => [input, output])];
  return { ...graph, states, ties };
}

function checkState(graph: Graph, { input, output }: State): void {
  for (const [role, name, names] of [
    ['input', input, graph.inputs],
    ['output', output, graph.outputs],
  ] as const) {
    if (names.includes(name)) continue;
    const nearest = nearestName(name, names);
    const list = names.map((known) => `'${known}'`).join(', ') || 'none';
    refuse(
      input,
      output,
      `the model has no ${role} '${name}'`,
      nearest ? `did you mean '${nearest}'?` : `its ${role}s are ${list}`,
    );
  }
  const [from, to] = [typeOf(graph, input), typeOf(graph, output)];
  if (from.dtype === to.dtype && sameShape(from.shape, to.shape)) return;
  const show = ({ dtype, shape }: typeof from) => `${dtype}[${shape.join(',')}]`;
  refuse(
    input,
    output,
    `the input is ${show(from)}, the output ${show(to)}`,
    'name an output of the type and shape of the input',
  );
}

function refuse(input: ValueName, output: ValueName, because: string, hint: string): never {
  throw new UserError({ code: 'BAD_ARGUMENT', message: `'${input}=${output}' is no state`, because: [because], hint });
}

/** Index of the input that is the first state, and of the output that is the last. */
const STATES: Readonly<Record<string, readonly (readonly [input: number, output: number])[]>> = {
  GRU: [[5, 1]],
  RNN: [[5, 1]],
  LSTM: [
    [5, 1],
    [6, 2],
  ],
};

function recurrentStates(graph: Graph): State[] {
  return graph.nodes.flatMap((node) => {
    if (node.domain !== '' || !Object.hasOwn(STATES, node.op)) return [];
    return STATES[node.op].flatMap(([first, last]) => {
      const input = inputBehind(graph, node.inputs[first] ?? null);
      const output = outputAhead(graph, node.outputs[last] ?? null);
      if (input === null || output === null) return [];
      const [from, to] = [typeOf(graph, input), typeOf(graph, output)];
      return from.dtype === to.dtype && sameShape(from.shape, to.shape) ? [{ input, output }] : [];
    });
  });
}

/** The graph input that a value is a view of, which nothing else reads. */
function inputBehind(graph: Graph, value: ValueName | null): ValueName | null {
  if (value === null || consumersOf(graph, value).length > 1 || isOutput(graph, value)) return null;
  if (graph.inputs.includes(value)) return value;
  const node = graph.nodes.find(({ outputs }) => outputs[0] === value);
  return node && isView(node) ? inputBehind(graph, node.inputs[0]) : null;
}

/** The graph output that shows a value. */
function outputAhead(graph: Graph, value: ValueName | null): ValueName | null {
  if (value === null || isOutput(graph, value)) return value;
  const views = consumersOf(graph, value).filter(isView);
  return views.map(({ outputs }) => outputAhead(graph, outputs[0])).find((output) => output !== null) ?? null;
}

function isView({ domain, op }: Node): boolean {
  return domain === '' && ['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose'].includes(op);
}
