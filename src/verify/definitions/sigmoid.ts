import { type Definition, numbers } from './definition.ts';

/** 1 / (1 + exp(-x)): small for large negative numbers, but never 0 before float64's own end. */
export const sigmoid: Definition = (_, inputs) => numbers(inputs, 0)?.map((x) => 1 / (1 + Math.exp(-x))) ?? null;
