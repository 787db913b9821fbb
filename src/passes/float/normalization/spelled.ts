import { producerOf, soleConsumer, typeOf } from '../../../ir/graph.ts';
import { sameShape } from '../../../ir/shape.ts';
import type { Graph, Node, ValueName } from '../../../ir/types.ts';
import { isOp, onlyOutput } from '../match.ts';
import type { Rule } from '../rewrite.ts';
import { type Deviation, deviation, inverseDeviation, isMeanOf } from './deviation.ts';
import { type Normalized, planned } from './emit.ts';
import { combined, type Factor, factorOf } from './factor.ts';
import { type Term, termsOf } from './terms.ts';

/**
 * (x - mean) / sqrt(variance + epsilon), times a scale, plus a bias, in whatever order an exporter writes it, is one
 * normalization; so is x / sqrt(mean of squares + epsilon).
 */
export const spelledNormalization: Rule = (graph, node) => {
  const found = normalized(graph, node);
  const emit = found && planned(graph, node, found);
  if (!emit) return null;
  const next = soleConsumer(graph, node.outputs[0]!);
  const more = next && node.clip === null ? normalized(graph, next) : null;
  if (more && more.root === found.root && planned(graph, next!, more)) return null;
  return { touches: [node], apply: emit };
};

/** The largest form that ends in this node. */
function normalized(graph: Graph, node: Node): Normalized | null {
  const output = onlyOutput(node);
  if (!output || !isOp(node, 'Add', 'Sub', 'Mul', 'Div') || typeOf(graph, output).dtype !== 'f32') return null;
  for (const [root, of] of deviationsNear(graph, output)) {
    const { x } = of;
    if (!sameShape(typeOf(graph, x).shape, typeOf(graph, output).shape)) continue;
    const parts = partsOf(graph, output, of);
    if (parts) return { ...of, ...parts, root };
  }
  return null;
}

const DEEPEST = 6;

/** Roots of variances below a value, the nearest first. */
function deviationsNear(graph: Graph, output: ValueName): ReadonlyMap<ValueName, Deviation> {
  const found = new Map<ValueName, Deviation>();
  let level = [output];
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    for (const value of level) {
      const of = deviation(graph, value) ?? inverseDeviation(graph, value);
      if (of) found.set(value, of);
    }
    level = level.flatMap((value) => {
      const node = found.has(value) ? null : producerOf(graph, value);
      const opens = isOp(node, 'Add', 'Sub', 'Mul', 'Div', 'Reciprocal');
      return opens ? (node.inputs.filter((input) => input && !graph.constants.has(input)) as ValueName[]) : [];
    });
  }
  return found;
}

/** What the terms of the sum say; null where they are not those of one normalization. */
function partsOf(graph: Graph, output: ValueName, of: Deviation): { scale: Factor; bias: Factor | null } | null {
  const { x, axes, centred } = of;
  const { shape } = typeOf(graph, x);
  const isLeaf = (value: ValueName) => value === x || graph.constants.has(value) || deviation(graph, value) !== null;
  const terms = termsOf(graph, output, (value) => isLeaf(value) || isDifference(value));
  if (!terms) return null;
  const scales: Record<Kind, Factor | null> = { difference: null, x: null, mean: null };
  let bias: Factor | null = null;
  for (const term of terms) {
    const { kind, constant } = read(term) ?? {};
    if (!constant) return null;
    if (kind === undefined) bias = bias ? combined(bias, constant, (a, b) => a + b) : constant;
    else if (scales[kind]) return null;
    else scales[kind] = constant;
  }
  const { difference, x: plain, mean } = scales;
  if (!centred) return plain && !difference && !mean ? { scale: plain, bias } : null;
  if (difference) return plain || mean ? null : { scale: difference, bias };
  return plain && mean && isOpposite(plain, mean) ? { scale: plain, bias } : null;

  function isDifference(value: ValueName): boolean {
    const node = producerOf(graph, value);
    const [a, b] = node?.inputs ?? [];
    return isOp(node, 'Sub') && node.clip === null && a === x && b != null && isMeanOf(graph, b, x, axes);
  }

  /** One of x, its mean, or their difference over the deviation, times constants; constants alone without a kind. */
  function read({ sign, factors, divisors }: Term): { kind?: Kind; constant: Factor } | null {
    let constant: Factor = { shape: shape.map(() => 1), data: [sign] };
    const kinds: Kind[] = [];
    let deviations = 0;
    for (const [value, inverse] of [
      ...factors.map((f) => [f, false] as const),
      ...divisors.map((d) => [d, true] as const),
    ]) {
      const tensor = graph.constants.get(value);
      const own = inverse ? deviation(graph, value) : inverseDeviation(graph, value);
      if (tensor) {
        const numbers = factorOf(tensor, shape.length);
        if (!numbers) return null;
        constant = combined(constant, numbers, (a, b) => (inverse ? a / b : a * b));
      } else if (own && sameDeviation(own, of)) deviations++;
      else if (!inverse && value === x) kinds.push('x');
      else if (!inverse && isDifference(value)) kinds.push('difference');
      else if (!inverse && centred && isMeanOf(graph, value, x, axes)) kinds.push('mean');
      else return null;
    }
    if (kinds.length === 0) return deviations === 0 ? { constant } : null;
    return kinds.length === 1 && deviations === 1 ? { kind: kinds[0], constant } : null;
  }
}

type Kind = 'difference' | 'x' | 'mean';

function sameDeviation(a: Deviation, b: Deviation): boolean {
  return a.x === b.x && sameShape(a.axes, b.axes) && a.factor === b.factor && a.epsilon === b.epsilon;
}

function isOpposite(a: Factor, b: Factor): boolean {
  const sum = combined(a, b, (x, y) => x + y);
  return Array.from(sum.data).every((value) => value === 0);
}
