import { type Builder, buildOn } from '../../autodiff/builder.ts';
import { oddities } from '../../autodiff/unroll-recurrent.ts';
import { stringAttribute } from '../../ir/attributes.ts';
import { constantOf } from '../../ir/graph.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import { definePass } from '../pass.ts';
import { type CellParameters, STEPS, type StepValues } from './recurrent-steps.ts';

/**
 * Every RNN, GRU and LSTM as the products and functions of its steps: what has an integer form. Later passes see layers
 * with weights, all steps of a layer reading the same constants, and every value of a step tied to its like in the other
 * steps, so that these have equal scales, share their tables and become one loop of the C.
 *
 * leaves  the float function; layers in `exclude`, those of none or of more than `steps` steps, and those with parameters that are
 *         computed or with options beyond the default form, as they are
 */
export const unrollRecurrent = definePass({
  name: 'unroll-recurrent',
  summary: 'Spell out the steps of RNN, GRU and LSTM, which then become integer.',
  requires: ['float-only'],
  provides: [],
  defaults: { steps: 128, exclude: [] as readonly string[] },
  run(graph, { steps, exclude }, ctx) {
    const layers = graph.nodes.filter((node) => {
      if (node.domain !== '' || !Object.hasOwn(STEPS, node.op) || exclude.includes(node.name)) return false;
      const reason = refusal(graph, node, steps);
      if (reason !== null) ctx.remark(node, `not unrolled: ${reason}`);
      return reason === null;
    });
    if (layers.length === 0) return graph;
    const build = buildOn(graph);
    for (const node of layers) unroll(build, graph, node);
    return build.draft.finish();
  },
});

function refusal(graph: Graph, node: Node, most: number): string | null {
  const [x, w, r, bias, , h, c] = node.inputs;
  const count = graph.types.get(must(x, 'x'))?.shape[0] ?? 0;
  if ([w, r, bias].some((value) => value != null && constantOf(graph, value)?.dtype !== 'f32')) {
    return 'its weights are not constant';
  }
  if ([h, c].some((value) => constantOf(graph, value))) return 'its first state is constant and not zero';
  const odd = oddities(graph, node);
  if (odd.length > 0) return `its ${odd.join(' and ')} are not the default ones`;
  if (count === 0) return 'it has no steps';
  return count > most ? `${count} steps are more than ${most}` : null;
}

/** Inputs X [steps, batch, in], W, R, B, lengths, first H [directions, batch, hidden], first C; outputs Y, last H, last C. */
function unroll(build: Builder, graph: Graph, node: Node): void {
  const directions = must(constantOf(graph, node.inputs[1]), 'W').shape[0];
  const runs = Array.from({ length: directions }, (_, d) => runDirection(build, graph, node, d));
  build.scope = node.name;
  const lasts = (role: 'h' | 'c') =>
    build.concat(
      runs.map(({ last }) => build.reshape(last[role], [1, ...build.shape(last[role])])),
      0,
    );
  const all = () =>
    build.concat(
      runs.map(({ states }) => {
        const [batch, hidden] = build.shape(states[0]);
        return build.reshape(build.concat(states, 0), [states.length, 1, batch, hidden]);
      }),
      1,
    );
  const results = [all, () => lasts('h'), () => lasts('c')];
  for (const [i, output] of node.outputs.entries()) if (output !== null) build.draft.replaceUses(output, results[i]());
}

interface Run {
  /** Of every step, in the order of the input: [batch, hidden]. */
  readonly states: readonly ValueName[];
  readonly last: StepValues;
}

function runDirection(build: Builder, graph: Graph, node: Node, direction: number): Run {
  const x = must(node.inputs[0], 'x');
  const [count, batch, inputs] = build.shape(x);
  const name = direction === 0 ? node.name : `${node.name}/backwards`;
  build.scope = name;
  const step = STEPS[node.op](build, parametersOf(graph, node, direction), node);
  const backwards = stringAttribute(node, 'direction', 'forward') === 'reverse' || direction === 1;
  const states = new Array<ValueName>(count);
  let last = firstState(build, node, direction);
  // A state that goes in has the scale of the one that comes out: its codes are fed back as they are.
  const roles = new Map<string, ValueName[]>(Object.entries(last).map(([role, value]) => [role, [value]]));
  for (let i = 0; i < count; i++) {
    const t = backwards ? count - 1 - i : i;
    build.scope = `${name}/${t}`;
    last = step(build.reshape(build.slice(x, 0, t, t + 1), [batch, inputs]), last);
    for (const [role, value] of Object.entries(last)) roles.set(role, [...(roles.get(role) ?? []), value]);
    states[t] = last.h;
  }
  for (const values of roles.values()) build.draft.tie(values);
  return { states, last };
}

/** Index of the input that is the first H; the first C follows. */
const FIRST_H = 5;

/** The states that the node is given, or zeros, so that the first step is like the others: [batch, hidden] each. */
function firstState(build: Builder, node: Node, direction: number): StepValues {
  const [, batch] = build.shape(must(node.inputs[0], 'x'));
  const hidden = build.shape(must(node.inputs[2], 'R'))[2];
  const part = (index: number, hint: string) => {
    const value = node.inputs[index];
    return value == null
      ? build.constant(hint, [batch, hidden], new Float32Array(batch * hidden))
      : build.reshape(build.slice(value, 0, direction, direction + 1), [batch, hidden]);
  };
  const h = part(FIRST_H, 'h');
  return node.op === 'LSTM' ? { h, c: part(FIRST_H + 1, 'c') } : { h };
}

function parametersOf(graph: Graph, node: Node, direction: number): CellParameters {
  const part = (index: number) => {
    const { data, shape } = must(constantOf(graph, node.inputs[index]), `input ${index}`);
    const size = data.length / shape[0];
    return (data as Float32Array).slice(direction * size, (direction + 1) * size);
  };
  const [, rows, inputs] = must(constantOf(graph, node.inputs[1]), 'W').shape;
  const hidden = must(constantOf(graph, node.inputs[2]), 'R').shape[2];
  const biases = node.inputs[3] == null ? new Float32Array(2 * rows) : part(3);
  return { inputs, hidden, w: part(1), r: part(2), inputBias: biases.slice(0, rows), stateBias: biases.slice(rows) };
}
