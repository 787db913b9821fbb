import { typeOf } from '../ir/graph.ts';
import type { Port, Program } from '../ir/program.ts';
import type { Graph, Node, TypedArray, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';
import { agrees, type Comparer, type Comparison, comparer, type Difference, difference, type Rule } from './compare.ts';
import { isInFloat32 } from './definitions/in-float64.ts';
import { byDefinition, hasDefinition } from './definitions/index.ts';
import { type CRun, openReference, type Reference } from './reference.ts';
import { rulesOf, UNTOUCHED } from './rules.ts';
import { addsUp, type SmallSums, smallSums } from './sums-beyond.ts';
import { tracedValues } from './trace.ts';
import { belongTogether, rowsOf, sortedRows, type Unsorted, unsortedResult } from './unsorted.ts';

export interface LayerJudge {
  add(run: CRun): Promise<void>;
  readonly result: () => { readonly layers: readonly Comparison[]; readonly outputs: readonly Comparison[] };
  release(): Promise<void>;
}

export interface JudgedModel {
  readonly graph: Graph;
  readonly oracle: Graph;
  readonly program: Program;
}

/**
 * Compares every layer of the generated C with onnxruntime, which computes it from what the C fed it: a difference shows
 * once, where it arises. Where onnxruntime is off and the C computes what the operator is defined to, the definition is the
 * reference (Comparison.off). `tolerance` as in agrees().
 */
export async function openLayerJudge(model: JudgedModel, layers: boolean, tolerance: number): Promise<LayerJudge> {
  const { graph, oracle, program } = model;
  const traced = layers ? tracedValues(program, oracle) : [];
  const known = new Set(traced.map(({ port }) => port.value));
  const rules = rulesOf(graph, known);
  const judge = (layer: string, port: Port): Judge => ({
    comparer: comparer(layer, port, rules.get(port.value) ?? UNTOUCHED),
    defined: definitionOf(graph, port.value),
    unsorted: unsortedResult(graph, port.value),
  });
  const judges = {
    layers: traced.map(({ layer, port }) => judge(layer, port)),
    outputs: program.outputs.map((port) => judge('output', port)),
  };
  const read = [...judges.layers, ...judges.outputs].flatMap(({ defined, unsorted }) => [
    ...(defined?.node.inputs ?? []),
    ...(unsorted?.node.inputs ?? []),
  ]);
  const inside = read.filter((value) => value !== null && !known.has(value) && !isGiven(graph, value)) as ValueName[];
  const session = await openReference(
    oracle,
    traced.map(({ port }) => port),
    [...program.outputs.map(({ value }) => value), ...inside],
  );
  return {
    async add(run) {
      const pairs = [
        ...judges.layers.map((one) => [one, must(run.values.get(one.comparer.port.value), 'value')] as const),
        ...judges.outputs.map((one, i) => [one, must(run.outputs[i], 'output')] as const),
      ];
      await judgeRun(pairs, await session.run(run), tolerance);
    },
    result: () => ({
      layers: judges.layers.map((one) => one.comparer.result()),
      outputs: judges.outputs.map((one) => one.comparer.result()),
    }),
    async release() {
      await session.release();
      for (const { defined } of [...judges.layers, ...judges.outputs]) await defined?.sums?.release();
    },
  };
}

interface Judge {
  readonly comparer: Comparer;
  /** When there is a definition to turn to. */
  readonly defined: DefinedNode | null;
  readonly unsorted: Unsorted | null;
}

interface DefinedNode {
  /** That makes the value. */
  readonly node: Node;
  /** Where it does nothing but add up: asked where infinities or NaN differ. */
  readonly sums: SmallSums | null;
}

function definitionOf(graph: Graph, value: ValueName): DefinedNode | null {
  const node = graph.nodes.find(({ outputs }) => outputs.includes(value));
  if (!node || typeOf(graph, value).quant !== null) return null;
  const sums = addsUp(graph, node, value) ? smallSums(graph, node, value) : null;
  return sums || hasDefinition(node, node.outputs.indexOf(value)) ? { node, sums } : null;
}

function isGiven({ inputs, constants }: Graph, value: ValueName): boolean {
  return inputs.includes(value) || constants.has(value);
}

async function judgeRun(
  pairs: readonly (readonly [Judge, TypedArray])[],
  reference: Reference,
  tolerance: number,
): Promise<void> {
  const doubtful: Comparer[] = [];
  const ofC = new Map(pairs.map(([{ comparer }, actual]) => [comparer.port.value, actual]));
  for (const [{ comparer, defined, unsorted }, result] of pairs) {
    const given = reference.resultOf(comparer.port);
    const [actual, expected] = unsorted ? asSet(unsorted, result, given, reference, ofC) : [result, given];
    const exact = defined && (await definitionInstead(comparer, defined, { actual, expected, reference, tolerance }));
    const one = comparer.add(actual, exact ?? expected);
    if (comparer.rule.cancels && !agrees({ rule: comparer.rule, ...one }, tolerance)) doubtful.push(comparer);
  }
  if (doubtful.length === 0) return;

  // How far do these sums move when their terms move in the last bit?
  const moved = await reference.moved();
  for (const { port, addNoise } of doubtful) {
    const { maxError } = difference(moved.resultOf(port), reference.resultOf(port), port.type.dtype);
    if (maxError < Infinity) addNoise(maxError);
  }
}

/** Both results of a TopK without an order in a form that does not depend on it. */
function asSet(
  { node, output }: Unsorted,
  actual: TypedArray,
  expected: TypedArray,
  reference: Reference,
  ofC: ReadonlyMap<ValueName, TypedArray>,
): [actual: TypedArray, expected: TypedArray] {
  const x = reference.seen(node.inputs[0]!);
  const rows = rowsOf(node, x.shape, expected.length);
  if (output === 0) return [sortedRows(actual, rows), sortedRows(expected, rows)];
  const values = ofC.get(node.outputs[0] ?? '');
  return values && belongTogether(actual, values, x, rows) ? [expected, expected] : [actual, expected];
}

interface Doubt {
  readonly actual: TypedArray;
  readonly expected: TypedArray;
  readonly reference: Reference;
  readonly tolerance: number;
}

/** What the operator is defined to give, when the C agrees with that and not with onnxruntime; noted as onnxruntime's error. */
async function definitionInstead(
  { rule, port, addOff }: Comparer,
  { node, sums }: DefinedNode,
  { actual, expected, reference, tolerance }: Doubt,
): Promise<TypedArray | null> {
  const { dtype } = port.type;
  const same = (a: TypedArray, b: TypedArray) =>
    isSame(rule, difference(a, b, dtype), tolerance) && !(rule.floor > 0 && farApart(a, b));
  if (same(actual, expected)) return null;
  const inputs = node.inputs.map((input) => (input === null ? null : reference.seen(input)));
  const output = node.outputs.indexOf(port.value);
  const leaves = difference(actual, expected, dtype).maxError === Infinity;
  let exact = byDefinition(node, inputs, { output, ofC: actual, ofRuntime: expected });
  if (sums && leaves && !(exact && same(actual, exact.result)))
    exact = await sums.byDefinition(inputs, actual, expected);
  if (!exact || !same(actual, exact.result)) return null;
  const beyond = exact.result.some((_: number | bigint, i: number) => exact.beyond(i));
  if (beyond || !isInFloat32(node, inputs)) addOff(actual, exact.result, expected, exact.beyond);
  return exact.result;
}

/** Without what is granted to onnxruntime's own accuracy. */
function isSame(rule: Rule, one: Difference, tolerance: number): boolean {
  return agrees({ rule: { ...rule, floor: 0 }, ...one }, tolerance);
}

/** Whether an element is off by a hundredth of itself: what is small against the range may be all that a Log sees. */
function farApart(a: TypedArray, b: TypedArray): boolean {
  return a.some((x, i) => Math.abs(Number(x) - Number(b[i])) > 0.01 * Math.abs(Number(b[i])));
}
