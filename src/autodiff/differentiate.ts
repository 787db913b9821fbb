import { constantOf, typeOf } from '../ir/graph.ts';
import { elementCount, sameShape } from '../ir/shape.ts';
import { numbersOf } from '../ir/tensor.ts';
import { printNode } from '../ir/text.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { must, UserError } from '../support/errors.ts';
import { type Builder, buildOn } from './builder.ts';
import type { CustomGradient, CustomGradients } from './custom-gradient.ts';
import type { Backward } from './rule.ts';
import { ruleFor } from './rules/index.ts';
import { spellClips } from './spell-clips.ts';
import { unrollRecurrent } from './unroll-recurrent.ts';

export interface Derivative {
  /** The graph with the gradients as further outputs; fused clamps and recurrent layers are spelled out. */
  readonly graph: Graph;
  /** Value -> its gradient, of the same shape. */
  readonly gradients: ReadonlyMap<ValueName, ValueName>;
}

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
    if (!node.outputs.some((output) => output !== null && custom.has(output))) nodeStep(sweep, prepared, node);
  }
  return finish(sweep, loss, wrt);
}

/** Collects the parts of each value's gradient while nodes are walked backwards. */
interface Sweep {
  readonly build: Builder;
  readonly active: ReadonlySet<ValueName>;
  give(value: ValueName, gradient: ValueName): void;
  /** The sum of all that was given; null: nothing. */
  total(value: ValueName | null): ValueName | null;
}

function startSweep(build: Builder, active: ReadonlySet<ValueName>): Sweep {
  const parts = new Map<ValueName, ValueName[]>();
  return {
    build,
    active,
    give(value, gradient) {
      parts.set(value, [...(parts.get(value) ?? []), build.sumTo(gradient, build.shape(value))]);
    },
    total(value) {
      const own = (value !== null && parts.get(value)) || [];
      if (own.length <= 1) return own[0] ?? null;
      const sum = own.length === 2 ? build.add(own[0], own[1]) : build.op('Sum', own, build.shape(own[0]));
      parts.set(value!, [sum]);
      return sum;
    },
  };
}

function nodeStep({ build, active, give, total }: Sweep, graph: Graph, node: Node): void {
  const dys = node.outputs.map(total);
  if (dys.every((dy) => dy === null)) return;
  const input = (index: number) => must(node.inputs[index], `input ${index} of '${node.name}'`);
  const output = must(node.outputs[0], `output of '${node.name}'`);
  const back: Backward = {
    node,
    build,
    dys,
    get dy() {
      return dys[0] ?? build.zeros(build.shape(output));
    },
    input,
    output,
    shape: (index) => build.shape(input(index)),
    numbers(index) {
      const constant = constantOf(graph, node.inputs[index]);
      return constant && numbersOf(constant);
    },
    to(index, gradient) {
      const value = node.inputs[index];
      if (value == null || !active.has(value)) return;
      const dx = gradient();
      const target = build.shape(value);
      // A gradient that is one number for all elements, where nothing was broadcast.
      give(
        value,
        build.shape(dx).length < target.length || !covers(build.shape(dx), target) ? build.expand(dx, target) : dx,
      );
    },
    refuse: (why) => refuse(graph, [node], why),
  };
  must(ruleFor(node), `gradient of ${node.op}`)(back);
}

/** Whether summing can bring `from` to `to`. */
function covers(from: readonly number[], to: readonly number[]): boolean {
  const extra = from.length - to.length;
  return sameShape(from.slice(extra), to) || to.every((size, i) => size === 1 || size === from[i + extra]);
}

function customStep({ build, active, give, total }: Sweep, output: ValueName, rule: CustomGradient): void {
  const dy = total(output);
  if (dy === null) return;
  const gradients = rule.backward(
    build,
    dy,
    rule.inputs.map((input) => active.has(input)),
  );
  for (const [i, input] of rule.inputs.entries()) {
    const gradient = gradients[i];
    if (gradient != null && active.has(input)) give(input, gradient);
  }
}

/** Values that change when one of `wrt` does: float32 only, for nothing else has a gradient. */
function dependants(graph: Graph, wrt: readonly ValueName[], custom: CustomGradients): Set<ValueName> {
  const active = new Set(wrt);
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      if (output === null || typeOf(graph, output).dtype !== 'f32') continue;
      const sources = custom.get(output)?.inputs ?? node.inputs;
      if (sources.some((input) => input !== null && active.has(input))) active.add(output);
    }
  }
  return active;
}

/** The nodes between active values and the loss, in order. */
function pathTo(graph: Graph, loss: ValueName, active: ReadonlySet<ValueName>, custom: CustomGradients): Node[] {
  const reaching = new Set<ValueName>([loss]);
  const path: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    const outputs = node.outputs.filter((output) => output !== null && reaching.has(output) && active.has(output));
    if (outputs.length === 0) continue;
    path.push(node);
    const sources = outputs.flatMap((output) => custom.get(output!)?.inputs ?? node.inputs);
    for (const source of sources) if (source !== null) reaching.add(source);
  }
  return path.reverse();
}

function refuseWithoutRule(graph: Graph, path: readonly Node[], custom: CustomGradients): void {
  const isCustom = (node: Node) => node.outputs.some((output) => output !== null && custom.has(output));
  const without = path.filter((node) => !isCustom(node) && ruleFor(node) === null);
  if (without.length > 0) refuse(graph, without, 'there is no gradient for this operator');
}

function refuse(graph: Graph, nodes: readonly Node[], why: string): never {
  throw new UserError({
    code: 'UNSUPPORTED',
    message: 'the model cannot be differentiated',
    because: nodes.map((node) => `${printNode(graph, node)}: ${why}`),
    hint: 'train only parameters behind these nodes, or replace them',
  });
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

function finish(sweep: Sweep, loss: ValueName, wrt: readonly ValueName[]): Derivative {
  const { build, total } = sweep;
  const gradients = new Map<ValueName, ValueName>();
  const independent = wrt.filter((value) => total(value) === null);
  if (independent.length > 0) {
    throw new UserError({
      code: 'BAD_ARGUMENT',
      message: `the loss '${loss}' does not depend on ${independent.map((value) => `'${value}'`).join(', ')}`,
      hint: 'leave these values out of the list of those to differentiate by',
    });
  }
  for (const value of wrt) {
    build.scope = value;
    const shape = build.shape(value);
    const gradient = build.draft.node(
      { op: 'Identity', inputs: [total(value)] },
      { dtype: 'f32', shape, quant: null },
      `${value}.gradient`,
    );
    gradients.set(value, gradient);
    build.draft.addOutput(gradient);
  }
  return { graph: build.draft.finish(), gradients };
}
