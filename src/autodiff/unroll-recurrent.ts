import { intAttribute, stringAttribute } from '../ir/attributes.ts';
import { constantOf } from '../ir/graph.ts';
import { numbersOf } from '../ir/tensor.ts';
import { printNode } from '../ir/text.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { must, UserError } from '../support/errors.ts';
import { type Builder, buildOn } from './builder.ts';
import { CELLS, type CellState } from './recurrent-cells.ts';

/**
 * Every RNN, GRU and LSTM as the products and functions of its steps, which have gradients. Values keep their names.
 * Throws UserError UNSUPPORTED for other activations than the default ones, peepholes, lengths, clip and layout 1.
 */
export function unrollRecurrent(graph: Graph): Graph {
  const layers = graph.nodes.filter((node) => node.domain === '' && Object.hasOwn(CELLS, node.op));
  if (layers.length === 0) return graph;
  const build = buildOn(graph);
  for (const node of layers) {
    refuseOdd(graph, node);
    unroll(build, node);
  }
  return build.draft.finish();
}

/** Inputs X [steps, batch, in], W, R, B, lengths, first H [directions, batch, hidden], first C. */
function unroll(build: Builder, node: Node): void {
  const input = (index: number) => must(node.inputs[index], `input ${index} of '${node.name}'`);
  const directions = build.shape(input(2))[0];
  const runs = Array.from({ length: directions }, (_, d) => runDirection(build, node, d));
  build.scope = node.name;
  const results = [
    () =>
      build.concat(
        runs.map(({ all }) => all()),
        1,
      ),
    () => build.concat(runs.map(({ last }) => last.h).map(asDirection), 0),
    () => build.concat(runs.map(({ last }) => must(last.c, 'cell state')).map(asDirection), 0),
  ];
  for (const [i, output] of node.outputs.entries()) if (output !== null) build.draft.replaceUses(output, results[i]());

  function asDirection(state: ValueName): ValueName {
    return build.reshape(state, [1, ...build.shape(state)]);
  }
}

interface Run {
  /** Every state, [steps, 1, batch, hidden]. */
  all(): ValueName;
  readonly last: CellState;
}

function runDirection(build: Builder, node: Node, direction: number): Run {
  const name = `${node.name}/${direction}`;
  build.scope = name;
  const part = (index: number) => {
    const value = node.inputs[index];
    if (value == null) return null;
    const [, ...shape] = build.shape(value);
    return build.reshape(build.slice(value, 0, direction, direction + 1), shape);
  };
  const x = must(node.inputs[0], 'x');
  const [steps, batch, width] = build.shape(x);
  const [w, r] = [must(part(1), 'W'), must(part(2), 'R')];
  const [rows, hidden] = build.shape(r);
  const bias = part(3);
  const biasOf = (start: number) => bias && build.slice(bias, 0, start, start + rows);
  const [inputBias, stateBias] = [biasOf(0), biasOf(rows)];
  const product = build.matmul(build.reshape(x, [steps * batch, width]), w, { transB: true });
  const projected = inputBias ? build.add(product, inputBias) : product;
  const inputs = build.split(build.reshape(projected, [steps, batch, rows]), 0, steps);

  const step = CELLS[node.op](build, r, stateBias, node);
  let state: CellState = { h: part(5) ?? build.zeros([batch, hidden]), c: part(6) ?? build.zeros([batch, hidden]) };
  const states = new Array<ValueName>(steps);
  const backwards = stringAttribute(node, 'direction', 'forward') === 'reverse' || direction === 1;
  for (let i = 0; i < steps; i++) {
    const t = backwards ? steps - 1 - i : i;
    build.scope = `${name}/${t}`;
    state = step(build.reshape(inputs[t], [batch, rows]), state);
    states[t] = state.h;
  }
  return { all: () => build.reshape(build.concat(states, 0), [steps, 1, batch, hidden]), last: state };
}

function refuseOdd(graph: Graph, node: Node): void {
  const odd = oddities(graph, node);
  if (odd.length === 0) return;
  throw new UserError({
    code: 'UNSUPPORTED',
    message: 'a recurrent layer cannot be unrolled',
    where: printNode(graph, node),
    because: odd.map((word) => `its ${word} have no gradient here`),
    hint: 'export the model with the default form of the layer',
  });
}

/** What sets a recurrent node apart from the default form of its operator, in words. */
export function oddities(graph: Graph, node: Node): string[] {
  const { activations } = node.attributes;
  const usual = node.op === 'RNN' ? ['Tanh'] : node.op === 'GRU' ? ['Sigmoid', 'Tanh'] : ['Sigmoid', 'Tanh', 'Tanh'];
  const steps = graph.types.get(node.inputs[0]!)!.shape[0];
  const lengths =
    node.inputs[4] == null
      ? []
      : numbersOf(constantOf(graph, node.inputs[4]) ?? { dtype: 'i32', shape: [1], data: new Int32Array(1) });
  return [
    Array.isArray(activations) && activations.some((given, i) => given !== usual[i % usual.length]) && 'activations',
    node.attributes.clip !== undefined && 'clip',
    intAttribute(node, 'layout', 0) === 1 && 'layout',
    intAttribute(node, 'input_forget', 0) === 1 && 'input_forget',
    node.op === 'LSTM' && node.inputs[7] != null && 'peepholes',
    lengths.some((length) => length !== steps) && 'sequence lengths',
  ].filter((word) => word !== false);
}
