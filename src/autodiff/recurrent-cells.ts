import { intAttribute } from '../ir/attributes.ts';
import type { Node, ValueName } from '../ir/types.ts';
import type { Builder } from './builder.ts';

export interface CellState {
  readonly h: ValueName;
  /** Of LSTM alone. */
  readonly c: ValueName | null;
}

/** One step, from the input's part of all gates [batch, gates * hidden] and the state before it. */
export type CellStep = (x: ValueName, state: CellState) => CellState;

/** Prepares what all steps share: R [gates * hidden, hidden] and its bias. Equations of the ONNX operators. */
type Cell = (build: Builder, r: ValueName, bias: ValueName | null, node: Node) => CellStep;

export const CELLS: Readonly<Record<string, Cell>> = {
  /** h' = tanh(x + R h) */
  RNN: (build, r, bias) => {
    return (x, { h }) => ({ h: build.unary('Tanh', build.add(x, product(build, h, r, bias))), c: null });
  },

  /** Gates i, o, f, g: c' = f c + i g, h' = o tanh(c') */
  LSTM: (build, r, bias) => (x, state) => {
    const parts = build.split(build.add(x, product(build, state.h, r, bias)), 1, 4);
    const [input, output, forget] = parts.slice(0, 3).map((gate) => build.unary('Sigmoid', gate));
    const added = build.mul(input, build.unary('Tanh', parts[3]));
    const c = build.add(build.mul(forget, state.c!), added);
    return { h: build.mul(output, build.unary('Tanh', c)), c };
  },

  /** Gates z, r: h' = (1 - z) n + z h; n = tanh(x + R (r h)) or, with linear_before_reset, tanh(x + r (R h)) */
  GRU(build, r, bias, node) {
    const hidden = build.shape(r)[1];
    const rows = (value: ValueName, first: number, end: number) => build.slice(value, 0, first * hidden, end * hidden);
    const [gatesR, newR] = [rows(r, 0, 2), rows(r, 2, 3)];
    const [gatesBias, newBias] = [bias && rows(bias, 0, 2), bias && rows(bias, 2, 3)];
    const linearFirst = intAttribute(node, 'linear_before_reset', 0) === 1;
    return (x, { h }) => {
      const gates = build.add(build.slice(x, 1, 0, 2 * hidden), product(build, h, gatesR, gatesBias));
      const [z, reset] = build.split(build.unary('Sigmoid', gates), 1, 2);
      const memory = linearFirst
        ? build.mul(reset, product(build, h, newR, newBias))
        : product(build, build.mul(reset, h), newR, newBias);
      const n = build.unary('Tanh', build.add(build.slice(x, 1, 2 * hidden, 3 * hidden), memory));
      return { h: build.add(n, build.mul(z, build.sub(h, n))), c: null };
    };
  },
};

function product(build: Builder, h: ValueName, r: ValueName, bias: ValueName | null): ValueName {
  const result = build.matmul(h, r, { transB: true });
  return bias ? build.add(result, bias) : result;
}
