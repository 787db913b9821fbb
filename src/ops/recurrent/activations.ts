import type { Node } from '../../ir/types.ts';
import { own } from '../../support/own.ts';
import type { LowerBuilder } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';

/** An activation of a cell: the NAME of its C function nn_rnn_NAME_f32 and its two parameters as literals. */
export type CellActivation = { readonly name: string; readonly alpha: string; readonly beta: string };

/**
 * Name in lower case -> defaults of alpha and beta (null: takes none). Where ONNX has no default (or, of ThresholdedRelu, 1),
 * onnxruntime takes 0.
 */
const KNOWN: Readonly<Record<string, readonly [alpha: number | null, beta: number | null]>> = {
  sigmoid: [null, null],
  tanh: [null, null],
  relu: [null, null],
  softsign: [null, null],
  softplus: [null, null],
  affine: [0, 0],
  leakyrelu: [0.01, null],
  thresholdedrelu: [0, null],
  elu: [1, null],
  scaledtanh: [0, 0],
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
    const known = own(KNOWN, name) ?? lower.refuse(`activation '${given}' is not known`);
    const [alpha, beta] = known;
    return {
      name,
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
