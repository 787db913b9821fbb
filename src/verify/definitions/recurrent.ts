import { floatAttribute, intAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import { type CellActivation, cellActivations } from './cell-activations.ts';
import { type Definition, LARGEST, numbers } from './definition.ts';

/**
 * RNN, GRU and LSTM in float32 but for the order of their sums: infinities and NaN go on through the gates. onnxruntime clips sums to
 * the largest number before each activation, and some of its activations make numbers of NaN. Where the terms of a sum leave
 * float32 together, what it is depends on their order, and so does all of that sequence behind it.
 */
export const recurrent: Definition = (node, inputs, { output, ofC }) => {
  const [x, w, r, bias, lengths, firstH, firstC, peepholes] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => numbers(inputs, i));
  if (!x || !w || !r || intAttribute(node, 'layout', 0) !== 0) return null;
  const [steps, batch, features] = inputs[0]!.shape as [number, number, number];
  const [directions, , hidden] = inputs[2]!.shape as [number, number, number];
  const gates = must(GATES[node.op], node.op);
  const activations = cellActivations(node, directions);
  if (!activations) return null;
  const clip = floatAttribute(node, 'clip', -1);
  const bounded = clip > 0 || (clip === 0 && node.op === 'RNN');
  const result = new Float64Array(ofC.length);
  const open = new Set<number>();
  const put = (index: number, value: number, lost: (index: number) => boolean) => {
    result[index] = lost(index) ? Number(ofC[index]) : value;
    if (lost(index)) open.add(index);
  };
  for (let d = 0; d < directions; d++) {
    const part = (values: Float64Array | null, size: number) => values?.subarray(d * size, (d + 1) * size) ?? null;
    const cell: Cell = {
      node,
      hidden,
      features,
      gates,
      w: part(w, gates * hidden * features)!,
      r: part(r, gates * hidden * hidden)!,
      bias: part(bias, 2 * gates * hidden),
      peepholes: part(peepholes, 3 * hidden),
      clip: (v) => (bounded && Number.isFinite(clip) ? Math.min(clip, Math.max(-clip, v)) : v),
      activations: activations[d]!,
    };
    const reversed = stringAttribute(node, 'direction', 'forward') === 'reverse' || d === 1;
    for (let b = 0; b < batch; b++) {
      const length = Math.min(steps, Math.max(0, lengths?.[b] ?? steps));
      const first = (values: Float64Array | null) =>
        Array.from({ length: hidden }, (_, j) => (length > 0 ? (values?.[(d * batch + b) * hidden + j] ?? 0) : 0));
      const state: State = { h: first(firstH), c: first(firstC), beyond: false };
      let before = false;
      // A number is right behind such a sum, not at once: there it would be another sum.
      const lost = (index: number) => state.beyond && (before || !Number.isFinite(Number(ofC[index])));
      for (let t = 0; t < length; t++) {
        before = state.beyond;
        const time = reversed ? length - 1 - t : t;
        const at = (time * batch + b) * features;
        step(cell, x.subarray(at, at + features), state);
        if (output === 0)
          for (const [j, h] of state.h.entries()) put(((time * directions + d) * batch + b) * hidden + j, h, lost);
      }
      if (output > 0)
        for (const [j, value] of (output === 1 ? state.h : state.c).entries())
          put((d * batch + b) * hidden + j, value, lost);
    }
  }
  return { result, beyond: (index) => open.has(index) };
};

const GATES: Readonly<Record<string, number>> = { RNN: 1, GRU: 3, LSTM: 4 };
const f32 = Math.fround;

interface Cell {
  readonly node: Node;
  readonly hidden: number;
  readonly features: number;
  readonly gates: number;
  readonly w: Float64Array;
  readonly r: Float64Array;
  readonly bias: Float64Array | null;
  readonly peepholes: Float64Array | null;
  readonly clip: (v: number) => number;
  readonly activations: readonly CellActivation[];
}

interface State {
  h: number[];
  c: number[];
  /** Terms of a sum before left float32. */
  beyond: boolean;
}

/** One step, as the operators are defined: gates i, o, f, n of an LSTM, z, r, n of a GRU. */
function step(cell: Cell, x: Float64Array, state: State): void {
  const { node, hidden, features, gates, w, r, bias, peepholes, clip, activations } = cell;
  const { h, c } = state;
  const [f, g] = [0, 1].map((i) => (v: number) => f32((activations[i] ?? activations[0]!)(f32(clip(v)))));
  const units = Array.from({ length: hidden }, (_, j) => j);
  const sum = (terms: readonly number[]) => {
    const finite = terms.filter(Number.isFinite);
    if (finite.reduce((total, term) => total + Math.abs(term), 0) > LARGEST) state.beyond = true;
    return f32(terms.reduce((total, term) => total + term, 0));
  };
  const fromX = (row: number) => [bias?.[row] ?? 0, ...Array.from(x, (v, i) => w[row * features + i]! * v)];
  const fromH = (row: number, of: readonly number[] = h) => [
    bias?.[gates * hidden + row] ?? 0,
    ...of.map((v, i) => r[row * hidden + i]! * v),
  ];
  const gate = (row: number, of = h) => sum([...fromX(row), ...fromH(row, of)]);
  if (node.op === 'RNN') {
    state.h = units.map((j) => f!(gate(j)));
  } else if (node.op === 'GRU') {
    const [z, reset] = [units.map((j) => f!(gate(j))), units.map((j) => f!(gate(hidden + j)))];
    const linear = intAttribute(node, 'linear_before_reset', 0) !== 0;
    const kept = units.map((j) => f32(reset[j]! * h[j]!));
    const next = units.map((j) => {
      const row = 2 * hidden + j;
      return g!(linear ? sum([sum(fromX(row)), reset[j]! * sum(fromH(row))]) : gate(row, kept));
    });
    state.h = units.map((j) => sum([f32(f32(1 - z[j]!) * next[j]!), f32(z[j]! * h[j]!)]));
  } else {
    const peep = (place: number, j: number, of: number) => (peepholes ? peepholes[place * hidden + j]! * of : 0);
    const gated = units.map((j) => [gate(j), gate(hidden + j), gate(2 * hidden + j), gate(3 * hidden + j)] as const);
    const coupled = intAttribute(node, 'input_forget', 0) !== 0;
    state.c = gated.map(([i, , forget, n], j) => {
      const input = f!(sum([i, peep(0, j, c[j]!)]));
      const keep = coupled ? f32(1 - input) : f!(sum([forget, peep(2, j, c[j]!)]));
      return sum([f32(keep * c[j]!), f32(input * g!(n))]);
    });
    state.h = gated.map(([, o], j) => {
      const now = state.c[j]!;
      return f32(f!(sum([o, peep(1, j, now)])) * f32(activations[2]!(now)));
    });
  }
}
