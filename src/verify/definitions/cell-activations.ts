import type { Node } from '../../ir/types.ts';

/** An activation of a recurrent cell, in float32 as the C computes it. */
export type CellActivation = (v: number) => number;

type Formula = (v: number, alpha: number, beta: number) => number;

const f32 = Math.fround;

/** By name in lower case, with the defaults of what they take; where ONNX has none, onnxruntime takes 0. */
const FORMULAS: Readonly<Record<string, readonly [of: Formula, alpha?: number, beta?: number]>> = {
  sigmoid: [(v) => 1 / f32(1 + f32(Math.exp(-v)))],
  tanh: [(v) => Math.tanh(v)],
  relu: [(v) => (v < 0 ? 0 : v)],
  softsign: [(v) => v / f32(1 + Math.abs(v))],
  softplus: [(v) => (v > 0 ? v + Math.log1p(Math.exp(-v)) : Math.log1p(Math.exp(v)))],
  affine: [(v, alpha, beta) => f32(alpha * v) + beta, 0, 0],
  leakyrelu: [(v, alpha) => (v < 0 ? alpha * v : v), 0.01],
  thresholdedrelu: [(v, alpha) => (v > alpha ? v : 0), 0],
  elu: [(v, alpha) => (v < 0 ? alpha * (Math.exp(v) - 1) : v), 1],
  scaledtanh: [(v, alpha, beta) => alpha * Math.tanh(f32(beta * v)), 0, 0],
  hardsigmoid: [(v, alpha, beta) => Math.min(1, Math.max(0, f32(alpha * v) + beta)), 0.2, 0.5],
};

const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  RNN: ['Tanh'],
  GRU: ['Sigmoid', 'Tanh'],
  LSTM: ['Sigmoid', 'Tanh', 'Tanh'],
};

/** Those of each direction; activation_alpha and activation_beta hold values only for those that take one, in order. */
export function cellActivations(node: Node, directions: number): CellActivation[][] | null {
  const list = <T>(name: string) => [...((node.attributes[name] as readonly T[] | undefined) ?? [])];
  const [alphas, betas, names] = [
    list<number>('activation_alpha'),
    list<number>('activation_beta'),
    list<string>('activations'),
  ];
  const own = DEFAULTS[node.op];
  if (!own) return null;
  const all = names.length > 0 ? names : Array.from({ length: directions }, () => own).flat();
  const read = all.map((name) => {
    const [formula, alpha, beta] = FORMULAS[name.toLowerCase()]!;
    const a = alpha === undefined ? 0 : (alphas.shift() ?? alpha);
    const b = beta === undefined ? 0 : (betas.shift() ?? beta);
    return (v: number) => formula(v, f32(a), f32(b));
  });
  return Array.from({ length: directions }, (_, d) => read.slice(d * own.length, (d + 1) * own.length));
}
