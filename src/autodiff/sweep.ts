import { constantOf } from '../ir/graph.ts';
import { sameShape } from '../ir/shape.ts';
import { numbersOf } from '../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';
import type { Builder } from './builder.ts';
import type { CustomGradient } from './custom-gradient.ts';
import { refuseNodes } from './gradient-path.ts';
import type { Backward } from './rule.ts';
import { ruleFor } from './rules/index.ts';

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

/** From the outputs of a node to its inputs, by the rule of its operator. */
export function nodeStep({ build, active, give, total }: Sweep, graph: Graph, node: Node): void {
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
  must(ruleFor(node), `gradient of ${node.op}`)(back);
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
