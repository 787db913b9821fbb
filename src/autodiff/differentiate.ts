import { typeOf } from '../ir/graph.ts';
import { elementCount } from '../ir/shape.ts';
import type { Graph, ValueName } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { buildOn } from './builder.ts';
import type { CustomGradients } from './custom-gradient.ts';
import { dependants, pathTo, refuseWithoutRule } from './gradient-path.ts';
import { ruleFor } from './rules/index.ts';
import { spellClips } from './spell-clips.ts';
import { customStep, type Derivative, finishSweep, nodeStep, startSweep } from './sweep.ts';
import { unrollRecurrent } from './unroll-recurrent.ts';

/**
 * Reverse-mode differentiation: the gradients of a scalar by float32 values (inputs, constants or computed ones), as plain
 * ONNX nodes in the same graph. `custom` replaces the gradient of single values.
 * Throws UserError UNSUPPORTED that names every node without a gradient, BAD_ARGUMENT when `loss` is no scalar or does not
 * depend on a value of `wrt`.
 */
export function differentiate(
  graph: Graph,
  loss: ValueName,
  wrt: readonly ValueName[],
  custom: CustomGradients = new Map(),
): Derivative {
  requireScalar(graph, loss);
  const prepared = unrollRecurrent(spellClips(graph));
  const active = dependants(prepared, wrt, custom);
  const sweep = startSweep(buildOn(prepared), active);
  sweep.give(loss, sweep.build.constant(`${loss}.seed`, typeOf(prepared, loss).shape, [1]));

  const path = pathTo(prepared, loss, active, custom);
  refuseWithoutRule(prepared, path, custom);
  for (const node of path.reverse()) {
    sweep.build.scope = `gradient/${node.name}`;
    for (const output of node.outputs) {
      const rule = output === null ? undefined : custom.get(output);
      if (output !== null && rule) customStep(sweep, output, rule);
    }
    if (!node.outputs.some((output) => output !== null && custom.has(output)))
      nodeStep(sweep, prepared, node, ruleFor(node));
  }
  return finishSweep(sweep, loss, wrt);
}

function requireScalar(graph: Graph, loss: ValueName): void {
  const type = graph.types.get(loss);
  if (type?.dtype === 'f32' && elementCount(type.shape) === 1) return;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `the loss '${loss}' is not one float32 number`,
    hint: 'reduce it to a mean or a sum',
  });
}
