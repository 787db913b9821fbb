import { intAttribute, intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Shape } from '../../ir/types.ts';
import { counted } from '../../support/counted.ts';
import type { NodeFacts, Rule } from '../op-def.ts';

/** A number that a node has. */
export type Reader = (facts: NodeFacts) => number;

/** The attribute `name` as a number. */
export const attribute =
  (name: string, otherwise = 0): Reader =>
  ({ node }) =>
    intAttribute(node, name, otherwise);

export const shapeOf = (facts: NodeFacts, input = 0): Shape => facts.input(input)?.shape ?? [];

export const rankOf =
  (input = 0): Reader =>
  (facts) =>
    shapeOf(facts, input).length;

export const dimension =
  (input: number, axis: number): Reader =>
  (facts) =>
    shapeOf(facts, input).at(axis) ?? 1;

/** At least `least` inputs, none of these left out, and at most `most`. */
export function inputs(least: number, most = least): Rule {
  return ({ node }) => {
    const missing = Array.from({ length: least }, (_, i) => i).filter((i) => node.inputs[i] == null);
    if (missing.length > 0) return `input ${missing[0]} is missing`;
    return node.inputs.length > most ? `it has ${counted(node.inputs.length, 'input')}, more than ${most}` : null;
  };
}

/** The rank of an input is within these. */
export function rank(input: number, least: number, most = least): Rule {
  return (facts) => {
    const shape = facts.input(input)?.shape;
    if (!shape || (shape.length >= least && shape.length <= most)) return null;
    const wanted = least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
    return `input ${input} has ${counted(shape.length, 'dimension')}, not ${wanted}`;
  };
}

/** As many elements before as after. */
export const sameCount: Rule = (facts) => {
  const [from, to] = [shapeOf(facts), facts.output(0)?.shape ?? []];
  return elementCount(from) === elementCount(to) ? null : `[${from}] does not have as many elements as [${to}]`;
};

/** The input's shape can be spread over that one by NumPy's rule, which does not grow it. */
export function spreads(input: number, over: (facts: NodeFacts) => Shape = (facts) => shapeOf(facts)): Rule {
  return (facts) => {
    const own = facts.input(input)?.shape;
    const whole = over(facts);
    return !own || spreadsOver(own, whole) ? null : `input ${input} is [${own}], which does not spread over [${whole}]`;
  };
}

export function spreadsOver(own: Shape, whole: Shape): boolean {
  const missing = whole.length - own.length;
  return missing >= 0 && own.every((size, d) => size === 1 || size === whole[d + missing]);
}

/** The attribute names an axis of input 0, or whatever has this rank; `extra` 1 where the end is one as well. */
export function axis(name: string, otherwise: number, rank: Reader = rankOf(), extra = 0): Rule {
  return (facts) =>
    within(`${name} `, [intAttribute(facts.node, name, otherwise)], -rank(facts), rank(facts) - 1 + extra);
}

/** The attribute lists different axes of input 0. */
export function axes(name: string): Rule {
  return (facts) => {
    const list = facts.node.attributes[name];
    return Array.isArray(list) ? differentAxes(name, list as readonly number[], rankOf()(facts)) : null;
  };
}

/** The constant input lists different axes of input 0, or whatever has this rank. */
export function axesInput(input: number, rank: Reader = rankOf()): Rule {
  return (facts) => {
    const list = facts.numbers(input);
    return list && differentAxes('axes', list, rank(facts));
  };
}

function differentAxes(name: string, list: readonly number[], rank: number): string | null {
  const from0 = list.map((own) => (own < 0 ? own + rank : own));
  return (
    within(name, list, -rank, rank - 1) ??
    (new Set(from0).size < list.length ? `${name} [${list}] has an axis twice` : null)
  );
}

/** The elements of a constant input lie within these bounds, both included. */
export function values(input: number, what: string, least: number | Reader, most: number | Reader = Infinity): Rule {
  return (facts) => {
    const list = facts.numbers(input);
    const bound = (value: number | Reader) => (typeof value === 'number' ? value : value(facts));
    return list && within(what, list, bound(least), bound(most));
  };
}

/** A constant input names places along an axis: each from -size to size - 1. */
export function places(input: number, what: string, size: Reader): Rule {
  return values(
    input,
    what,
    (facts) => -size(facts),
    (facts) => size(facts) - 1,
  );
}

/** The attribute lies within these bounds, both included. */
export function bounded(name: string, otherwise: number, least: number, most = Infinity): Rule {
  return ({ node }) => within(`${name} `, [intAttribute(node, name, otherwise)], least, most);
}

/** The list attribute, where it is there, has as many numbers as that, none below `least`. */
export function list(name: string, count: Reader, least = -Infinity): Rule {
  return (facts) => {
    const given = facts.node.attributes[name];
    if (given === undefined) return null;
    const numbers = intsAttribute(facts.node, name, []);
    if (numbers.length !== count(facts)) return `${name} has ${counted(numbers.length, 'number')}, not ${count(facts)}`;
    return within(name, numbers, least, Infinity);
  };
}

/** The first element that is outside, as a sentence. */
export function within(what: string, list: readonly number[], least: number, most: number): string | null {
  const odd = list.find((value) => !(value >= least && value <= most));
  if (odd === undefined) return null;
  const name = what.endsWith(' ') ? what.trim() : `${what} has a value that`;
  if (most === Infinity) return `${name} is ${odd}, below ${least}`;
  return most < least
    ? `${name} is ${odd} where there is none to name`
    : `${name} is ${odd}, not from ${least} to ${most}`;
}

/** The text attribute is one of these. */
export function oneOf(name: string, otherwise: string, ...known: readonly string[]): Rule {
  return ({ node }) => {
    const value = stringAttribute(node, name, otherwise);
    return value === otherwise || known.includes(value)
      ? null
      : `${name} is '${value.slice(0, 40)}', not ${[otherwise, ...known].filter(Boolean).join(' or ')}`;
  };
}

/** One number is a multiple of the other. */
export function divides(by: string, divisor: Reader, what: string, number: Reader): Rule {
  return (facts) => {
    const [n, d] = [number(facts), divisor(facts)];
    return d > 0 && n % d === 0 ? null : `${by} ${d} does not divide the ${n} ${what}`;
  };
}

/** The dimensions of a constant input are as many as that: for lists such as pads. */
export function length(input: number, what: string, count: Reader): Rule {
  return (facts) => {
    const own = facts.input(input)?.shape;
    if (!own || (own.length <= 1 && elementCount(own) === count(facts))) return null;
    return `${what} is [${own}], not ${counted(count(facts), 'number')}`;
  };
}

/** A rule for the nodes of which something is true. */
export function when(condition: (facts: NodeFacts) => boolean, ...rules: readonly Rule[]): Rule {
  return (facts) => (condition(facts) ? firstBroken(rules, facts) : null);
}

/** The sentence of the first rule that the node breaks. */
export function firstBroken(rules: readonly Rule[], facts: NodeFacts): string | null {
  for (const rule of rules) {
    const broken = rule(facts);
    if (broken !== null) return broken;
  }
  return null;
}

/** It makes no more results than that. */
export function outputs(most: number): Rule {
  return ({ node }) =>
    node.outputs.length > most ? `it has ${counted(node.outputs.length, 'output')}, more than ${most}` : null;
}

/** The list attribute, where it is there, says what the shapes say already. */
export function sameList(name: string, shape: (facts: NodeFacts) => Shape): Rule {
  return (facts) => {
    const given = intsAttribute(facts.node, name, shape(facts));
    return String(given) === String(shape(facts)) ? null : `${name} is [${given}], its input says [${shape(facts)}]`;
  };
}
