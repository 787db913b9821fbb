import type { TensorType, ValueName } from '../ir/types.ts';
import { findOp } from '../ops/index.ts';
import { UserError } from '../support/errors.ts';
import { show, showNode } from './bad-model.ts';
import type { BoundInput } from './bind-dimensions.ts';
import { discoverTypes } from './discover-types.ts';
import type { FlatNode } from './flat-node.ts';
import type { FlatModel } from './flatten.ts';
import { adviceFor } from './foreign-operators.ts';
import { constantFlag, inputsBehind, showInputs } from './hangs-on.ts';
import { commonOpset } from './opset.ts';
import { capacityHint } from './sizes/capacities.ts';

/** More lines than this are counted, not printed. */
const MAX_LINES = 200;

/** Throws UNSUPPORTED with everything in the model that cannot become C, node by node. */
export async function refuseUnsupported(
  flat: FlatModel,
  inputs: readonly BoundInput[],
  types: ReadonlyMap<ValueName, TensorType>,
): Promise<void> {
  const lines = inputs.flatMap(({ name, type }) => (typeof type === 'string' ? `input ${show(name)}: ${type}` : []));
  const refused = flat.nodes.flatMap((node) => {
    const why = whyNot(node);
    return why ? [{ node, why }] : [];
  });
  if (lines.length === 0 && refused.length === 0) return;

  const known = refused.length > 0 ? await typesSoFar(flat, types) : types;
  const behind = new Set<ValueName>();
  for (const { node, why } of refused) {
    const names = inputsBehind(node.hangsOn ?? [], flat.nodes, types);
    for (const name of names) behind.add(name);
    const because = names.length > 0 ? `; that hangs on ${showInputs(names)}` : '';
    lines.push(`${showNode(node)}${printShapes(node, known)}: ${why}${because}`);
  }
  const flag = constantFlag([...behind], types);
  throw new UserError({
    code: 'UNSUPPORTED',
    message: `${lines.length} ${lines.length === 1 ? 'part' : 'parts'} of the model cannot become C`,
    because: lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more`] : lines,
    hint:
      refused.length > 0
        ? nextStep(
            refused.map(({ node }) => node),
            flag,
          )
        : 'give the inputs another type or shape before exporting the model',
  });
}

/** `flag`: what makes the branches and turns among them known. */
function nextStep(nodes: readonly FlatNode[], flag: string | null): string {
  const unbounded = nodes.find(({ isUnbounded }) => isUnbounded);
  const capacity = unbounded && capacityHint(unbounded);
  if (capacity) return flag ? `${capacity}, or ${flag}` : capacity;
  if (flag) return `what is known when the model is compiled folds away: ${flag}`;
  const advice = nodes.map(({ domain, op }) => adviceFor(domain, op));
  if (advice.every((next) => next !== null && next === advice[0])) return String(advice[0]);
  const ops = [...new Set(nodes.map(({ op }) => op.slice(0, 40)))].slice(0, 8);
  return `remove or replace ${ops.join(', ')}; 'nibblec ops' lists what is supported`;
}

function whyNot(node: FlatNode): string | null {
  // An operator that is not known makes everything else about the node uncertain, the kinds of its attributes too.
  if (findOp(node.domain, node.op) || node.hangsOn) return node.refused;
  if (node.domain === '' && /^(Sequence|Optional|Split?ToSequence|ConcatFromSequence)/.test(node.op)) {
    return 'sequences and optionals are not supported';
  }
  return node.domain === ''
    ? 'the operator is not supported'
    : `the domain ${show(node.domain)} has no such operator here`;
}

/** As many types as can be had, for the message only. */
async function typesSoFar(
  flat: FlatModel,
  inputs: ReadonlyMap<ValueName, TensorType>,
): Promise<ReadonlyMap<ValueName, TensorType>> {
  const reachable = new Set<ValueName>([...inputs.keys(), ...flat.constants.keys()]);
  const nodes = flat.nodes.filter((node) => {
    const usable = !whyNot(node) && node.inputs.every((input) => !input || reachable.has(input));
    if (usable) for (const output of node.outputs) if (output) reachable.add(output);
    return usable;
  });
  const opset = commonOpset(nodes);
  if (opset === null) return inputs;
  try {
    return await discoverTypes({ nodes, inputs, constants: flat.constants, opset });
  } catch (error) {
    if (error instanceof UserError) return inputs;
    throw error;
  }
}

function printShapes(node: FlatNode, types: ReadonlyMap<ValueName, TensorType>): string {
  const print = (value: ValueName | null) => {
    const type = value && types.get(value);
    return type ? `${type.dtype}[${type.shape.join(',')}]` : '?';
  };
  if (!node.inputs.some((input) => input && types.has(input))) return '';
  return ` (${node.inputs.map((input) => (input ? print(input) : '_')).join(', ')})`;
}
