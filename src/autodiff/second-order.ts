import { printNode } from '../ir/text.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { type Builder, buildOn } from './builder.ts';
import type { CustomGradients } from './custom-gradient.ts';
import { dependants, pathTo } from './gradient-path.ts';
import { secondOrderRuleFor } from './second-order-rules.ts';
import { spellClips } from './spell-clips.ts';
import { type Derivative, finishSweep, nodeStep, startSweep } from './sweep.ts';
import { unrollRecurrent } from './unroll-recurrent.ts';

const NONE: CustomGradients = new Map();

/**
 * Second derivatives of a loss by float32 values, the diagonal of its Hessian, propagated backwards from those by `from`
 * in one sweep of plain ONNX nodes in the same graph: every operator squares its derivatives, and what lies off the
 * diagonal is dropped on the way. Never negative: terms with second derivatives of activations are left out; their mean
 * over labels drawn from the model is zero.
 *
 * @param seed second derivatives of the loss by `from`, of its shape (see crossEntropyCurvature)
 * Source: Becker and LeCun, Improving the Convergence of Back-Propagation Learning with Second Order Methods, 1988.
 * Throws UserError UNSUPPORTED that names every node without such a rule, BAD_ARGUMENT when `from` does not depend on a
 * value of `wrt`.
 */
export function secondOrder(
  graph: Graph,
  from: ValueName,
  seed: (build: Builder) => ValueName,
  wrt: readonly ValueName[],
): Derivative {
  const prepared = unrollRecurrent(spellClips(graph));
  const active = dependants(prepared, wrt, NONE);
  const path = pathTo(prepared, from, active, NONE);
  const without = path.filter((node) => secondOrderRuleFor(node) === null);
  if (without.length > 0) refuse(prepared, without);
  const sweep = startSweep(buildOn(prepared), active);
  sweep.build.scope = 'second-order/seed';
  sweep.give(from, seed(sweep.build));
  for (const node of path.reverse()) {
    sweep.build.scope = `second-order/${node.name}`;
    nodeStep(sweep, prepared, node, secondOrderRuleFor(node));
  }
  return finishSweep(sweep, from, wrt);
}

function refuse(graph: Graph, nodes: readonly Node[]): never {
  throw new UserError({
    code: 'UNSUPPORTED',
    message: 'second derivatives of the model are not known',
    because: nodes.map((node) => `${printNode(graph, node)}: there is no second-order rule for this operator`),
    hint: "take curvature from gradients: 'gauss-newton' or 'fisher'",
  });
}
