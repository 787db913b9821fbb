import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { NodeFacts } from '../op-def.ts';
import { dimension, rankOf } from '../support/rules.ts';

/** The axis of input 0 that an attribute names, from 0. */
export const axisAt = (name: string, otherwise: number) => (facts: NodeFacts) =>
  normalizeAxis(intAttribute(facts.node, name, otherwise), rankOf()(facts));

/** The size of input 0 along it. */
export const sizeAt = (name: string, otherwise: number) => (facts: NodeFacts) =>
  dimension(0, axisAt(name, otherwise)(facts))(facts);
