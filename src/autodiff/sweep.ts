import { constantOf } from '../ir/graph.ts';
import { sameShape } from '../ir/shape.ts';
import { numbersOf } from '../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { must, UserError } from '../support/errors.ts';
import type { Builder } from './builder.ts';
import type { CustomGradient } from './custom-gradient.ts';
import { refuseNodes } from './gradient-path.ts';
import type { Backward, GradientRule } from './rule.ts';

export interface Derivative {
  /** The graph with the derivatives as further outputs; fused clamps and recurrent layers are spelled out. */
  readonly graph: Graph;
  /** Value -> its gradient (or second derivatives), of the same shape. */
  readonly gradients: ReadonlyMap<ValueName, ValueName>;
}

/** Collects the parts of each value's gradient while nodes are walked backwards. */
export interface Sweep {
  readonly build: Builder;
  readonly active: ReadonlySet<ValueName>;
  give(value: ValueName, gradient: ValueName): void;
  /** The sum of all that was given; null: nothing. */
  total(value: ValueName | null): ValueName | null;
}

export function startSweep(build: Builder, active: ReadonlySet<ValueName>): Sweep {
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

/** From the outputs of a node to its inputs. */
export function nodeStep(
  { build, active, give, total }: Sweep,
  graph: Graph,
  node: Node,
  rule: GradientRule | null,
): void {
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
    refuse: (why) => refuseNodes(graph, [node], why),
  };
  must(rule, `rule of ${node.op}`)(back);
}

/** Whether summing can bring `from` to `to`. */
function covers(from: readonly number[], to: readonly number[]): boolean {
  const extra = from.length - to.length;
  return sameShape(from.slice(extra), to) || to.every((size, i) => size === 1 || size === from[i + extra]);
}

/** From a value with a gradient of its own to what it is computed from. */
export function customStep({ build, active, give, total }: Sweep, output: ValueName, rule: CustomGradient): void {
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

/** Makes what `wrt` were given outputs of the graph. Throws UserError BAD_ARGUMENT for a value that was given nothing. */
export function finishSweep(sweep: Sweep, loss: ValueName, wrt: readonly ValueName[]): Derivative {
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
