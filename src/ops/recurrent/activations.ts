import type { Node } from '../../ir/types.ts';
import type { LowerBuilder } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';

/** An activation of a cell: its C function and its two parameters as literals. */
export type CellActivation = { readonly name: string; readonly alpha: string; readonly beta: string };

/** Name in lower case -> defaults of alpha and beta (null: takes none). From the ONNX operators RNN, GRU, LSTM. */
const KNOWN: Readonly<Record<string, readonly [alpha: number | null, beta: number | null]>> = {
  sigmoid: [null, null],
  tanh: [null, null],
  relu: [null, null],
  softsign: [null, null],
  softplus: [null, null],
  affine: [1, 0],
  leakyrelu: [0.01, null],
  thresholdedrelu: [1, null],
  elu: [1, null],
  scaledtanh: [1, 1],
  hardsigmoid: [0.2, 0.5],
};

/**
 * `perDirection` activations for each direction. activation_alpha and activation_beta hold values only for
 * those that take one, in order.
 */
export function cellActivations(
  node: Node,
  lower: LowerBuilder,
  defaults: readonly string[],
  directions: number,
): CellActivation[][] {
  const names = listOf<string>(node, 'activations');
  const alphas = [...listOf<number>(node, 'activation_alpha')];
  const betas = [...listOf<number>(node, 'activation_beta')];
  const all = names.length > 0 ? names : Array.from({ length: directions }, () => defaults).flat();
  const read = all.map((given): CellActivation => {
    const name = given.toLowerCase();
    const known = KNOWN[name] ?? lower.refuse(`activation '${given}' is not known`);
    const [alpha, beta] = known;
    return {
      name: `nn_rnn_${name}_f32`,
      alpha: floatLiteral(alpha === null ? 0 : (alphas.shift() ?? alpha)),
      beta: floatLiteral(beta === null ? 0 : (betas.shift() ?? beta)),
    };
  });
  const count = defaults.length;
  return Array.from({ length: directions }, (_, d) => read.slice(d * count, (d + 1) * count));
}

function listOf<T>(node: Node, name: string): readonly T[] {
  const value = node.attributes[name];
  return Array.isArray(value) ? (value as readonly T[]) : [];
}
