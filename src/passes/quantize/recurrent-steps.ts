import type { Builder } from '../../autodiff/builder.ts';
import { intAttribute } from '../../ir/attributes.ts';
import type { Node, ValueName } from '../../ir/types.ts';

/** Parameters of one direction: W [gates * hidden, inputs], R [gates * hidden, hidden], and both biases, zeros if none. */
export interface CellParameters {
  readonly inputs: number;
  readonly hidden: number;
  readonly w: Float32Array;
  readonly r: Float32Array;
  readonly inputBias: Float32Array;
  readonly stateBias: Float32Array;
}

/** Values of one step by role: `h` and, of LSTM, `c` are the state after it. Equal roles are tied over all steps. */
export type StepValues = { readonly h: ValueName } & Readonly<Record<string, ValueName>>;

/** One step from x [batch, inputs] and the state before it; null: zeros. */
export type Step = (x: ValueName, before: StepValues | null) => StepValues;

/** Makes the constants that all steps share. `build.scope` is the step's when the step is built. */
type Cell = (build: Builder, parameters: CellParameters, node: Node) => Step;

/**
 * The equations of the ONNX operators, in an order that suits codes: one product per weight constant, so that its sums are
 * rounded once, and the biases within these products.
 */
export const STEPS: Readonly<Record<string, Cell>> = {
  /** h' = tanh(h R + x W) */
  RNN(build, given) {
    const input = productOf(build, 'W', given.w, given.inputs, sum(given.inputBias, given.stateBias));
    const state = productOf(build, 'R', given.r, given.hidden, null);
    return (x, before) => {
      const total = added(build, before && state(before.h), input(x));
      return { ...total.values, h: build.unary('Tanh', total.sum) };
    };
  },

  /** Gates i, o, f, g: c' = f c + i g, h' = o tanh(c') */
  LSTM(build, given) {
    const { hidden } = given;
    const input = productOf(build, 'W', given.w, given.inputs, sum(given.inputBias, given.stateBias));
    const state = productOf(build, 'R', given.r, hidden, null);
    return (x, before) => {
      const total = added(build, before && state(before.h), input(x));
      const gates = build.unary('Sigmoid', rows(build, total.sum, 0, 3, hidden));
      const [i, o, f] = [0, 1, 2].map((gate) => rows(build, gates, gate, gate + 1, hidden));
      const g = build.unary('Tanh', rows(build, total.sum, 3, 4, hidden));
      const fresh = build.mul(i, g);
      const kept = before && build.mul(f, before.c);
      const c = kept ? build.add(kept, fresh) : fresh;
      const squashed = build.unary('Tanh', c);
      return { ...total.values, gates, g, fresh, ...(kept && { kept }), c, squashed, h: build.mul(o, squashed) };
    };
  },

  /** Gates z, r: h' = n + z (h - n); n = tanh((r h) R + x W) or, with linear_before_reset, tanh(r (h R) + x W) */
  GRU(build, given, node) {
    const { hidden, inputBias, stateBias } = given;
    const linearFirst = intAttribute(node, 'linear_before_reset', 0) === 1;
    const gateRows = 2 * hidden;
    const newBias = linearFirst ? stateBias.map((b, row) => (row < gateRows ? 0 : b)) : null;
    const bias = sum(inputBias, newBias ? stateBias.map((b, row) => b - newBias[row]) : stateBias);
    const input = productOf(build, 'W', given.w, given.inputs, bias);
    const memoryOf = newBias ? linearMemory(build, given, newBias) : resetMemory(build, given);
    return (x, before) => {
      const inputs = input(x);
      const { state, remember } = memoryOf(before?.h ?? null);
      const total = added(build, state, rows(build, inputs, 0, 2, hidden));
      const gates = build.unary('Sigmoid', total.sum);
      const { memory, values } = remember(rows(build, gates, 1, 2, hidden));
      const renewed = added(build, memory, rows(build, inputs, 2, 3, hidden));
      const next = build.unary('Tanh', renewed.sum);
      const own = { inputs, ...total.values, gates, ...values, ...prefixed('new', renewed.values), next };
      return { ...own, ...mixed(build, rows(build, gates, 0, 1, hidden), next, before) };
    };
  },
};

/** What a state adds to both gates, and, for a reset gate, to the new state; null: nothing. `values` are more by role. */
type Memory = (h: ValueName | null) => {
  readonly state: ValueName | null;
  remember(reset: ValueName): {
    readonly memory: ValueName | null;
    readonly values: Readonly<Record<string, ValueName>>;
  };
};

/** r (h R) */
function linearMemory(build: Builder, { r, hidden }: CellParameters, bias: Float32Array): Memory {
  const product = productOf(build, 'R', r, hidden, bias);
  const first = build.constant('first', [1, hidden], bias.slice(2 * hidden));
  return (h) => {
    const states = h === null ? null : product(h);
    return {
      state: states && rows(build, states, 0, 2, hidden),
      remember: (reset) => ({
        memory: build.mul(reset, states ? rows(build, states, 2, 3, hidden) : first),
        values: {},
      }),
    };
  };
}

/** (r h) R */
function resetMemory(build: Builder, { r, hidden }: CellParameters): Memory {
  const gates = productOf(build, 'R', r.slice(0, 2 * hidden * hidden), hidden, null);
  const fresh = productOf(build, 'Rn', r.slice(2 * hidden * hidden), hidden, null);
  return (h) => ({
    state: h && gates(h),
    remember(reset) {
      if (h === null) return { memory: null, values: {} };
      const kept = build.mul(reset, h);
      return { memory: fresh(kept), values: { kept } };
    },
  });
}

/** n + z (h - n) */
function mixed(build: Builder, z: ValueName, next: ValueName, before: StepValues | null): StepValues {
  if (!before) {
    const part = build.mul(z, next);
    return { part, h: build.sub(next, part) };
  }
  const difference = build.sub(before.h, next);
  const part = build.mul(z, difference);
  return { difference, part, h: build.add(part, next) };
}

/** The part of the state, if there is one, and the part of the input. A sum has a scale of its own. */
function added(build: Builder, state: ValueName | null, input: ValueName) {
  if (!state) return { values: { input }, sum: input };
  const sum = build.add(state, input);
  return { values: { state, input, sum }, sum };
}

function prefixed(prefix: string, values: Readonly<Record<string, ValueName>>): Record<string, ValueName> {
  return Object.fromEntries(Object.entries(values).map(([role, value]) => [`${prefix} ${role}`, value]));
}

/** Columns of the gates from `first` to before `end`. */
function rows(build: Builder, value: ValueName, first: number, end: number, hidden: number): ValueName {
  return build.slice(value, 1, first * hidden, end * hidden);
}

/** x [batch, depth] times the transpose of a constant that all steps share, [rows, depth], plus a bias. */
function productOf(build: Builder, hint: string, weights: Float32Array, depth: number, bias: Float32Array | null) {
  const count = weights.length / depth;
  const constant = build.constant(hint, [count, depth], weights);
  const offset = bias && build.constant(`${hint}.bias`, [count], bias);
  return (x: ValueName): ValueName => {
    const shape = [build.shape(x)[0], count];
    const spec = { op: 'Gemm', inputs: [x, constant, offset], attributes: { transB: 1 } };
    return build.draft.node(spec, { dtype: 'f32', shape, quant: null }, `${build.scope}/${hint}`);
  };
}

function sum(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value + b[i]);
}
