import type { Tensor, TensorType, ValueName } from '../ir/types.ts';
import { isCrash, runIsolated } from '../runtime/isolated-session.ts';
import type { OrtValue } from '../runtime/ort-session.ts';
import { invariant, UserError } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { badModel, show, showNode } from './bad-model.ts';
import { countElements } from './border/tensor-data.ts';
import type { FlatNode } from './flat-node.ts';
import { foldShapeInputs, refuseDataDependent } from './fold-shape-inputs.ts';
import { openTypes } from './open-shapes.ts';
import { ownShapes, waitsForInputs } from './own-shapes.ts';
import { hasOwnRule, ownTypes, unspeakable } from './own-types.ts';
import { type SafeModelSpec, safeModel } from './safe-model.ts';
import { type Capacities, sizedTypes } from './sizes/capacities.ts';
import { standInTypes } from './stand-in-types.ts';
import { whatLacks } from './what-lacks.ts';

/** A flat graph without types; nodes in topological order, all of one opset. */
export interface UntypedGraph {
  readonly nodes: readonly FlatNode[];
  readonly inputs: ReadonlyMap<ValueName, TensorType>;
  readonly constants: ReadonlyMap<ValueName, Tensor>;
  readonly opset: number;
}

/** Nodes shown to onnxruntime in all rounds together; real models need a few times their size. */
const MAX_WORK = 1_000_000;

/**
 * The type of every value, by onnxruntime's inference over the whole graph. Nodes that onnxruntime has no
 * kernel for are typed by our few own rules and become inputs of the next round; open dimensions are
 * settled by computing the constants they come from. Results as long as the data make them have the most that fits, unless
 * `capacities` is null. Throws BAD_MODEL and UNSUPPORTED naming the node, TOO_LARGE.
 */
export async function discoverTypes(
  graph: UntypedGraph,
  memory: MemoryBudget = new MemoryBudget(),
  capacities: Capacities | null = new Map(),
): Promise<Map<ValueName, TensorType>> {
  const known = new Map<ValueName, TensorType>(graph.inputs);
  const constants = new Map<ValueName, Tensor>();
  const learn = (name: ValueName, tensor: Tensor) => {
    constants.set(name, tensor);
    known.set(name, { dtype: tensor.dtype, shape: tensor.shape, quant: null });
  };
  for (const [name, tensor] of graph.constants) learn(name, tensor);
  const settle = async (open: readonly FlatNode[]) => {
    const folded = await foldShapeInputs({ ...graph, constants }, known, open, memory);
    for (const [name, tensor] of folded) learn(name, tensor);
    if (folded.size > 0) return;
    // What lies behind such a node is onnxruntime's to type, once this one has its capacity.
    const roots = open.filter(({ inputs }) => inputs.every((input) => !input || known.has(input)));
    if (capacities && learnTypes(roots, known, constants, (...node) => sizedTypes(...node, capacities))) return;
    refuseDataDependent(open, known, graph);
  };
  const cut = new Set<FlatNode>();

  for (let work = 0; work <= MAX_WORK; ) {
    await typeCutNodes({ ...graph, constants }, cut, known, settle);
    const rest = runnable(graph.nodes, cut, known);
    if (rest.length === 0) return complete(graph.nodes, known);
    work += rest.length;
    const result = await infer(rest, known, constants, graph.opset);
    if (!(result instanceof Map)) {
      cut.add(result);
      for (const node of graph.nodes) if (node.op === result.op && hasOwnRule(node)) cut.add(node);
      continue;
    }
    for (const [name, type] of result) known.set(name, type);
    const open = rest.filter((node) => node.outputs.some((output) => output && !known.has(output)));
    if (open.length === 0 || learnTypes(open, known, constants, fixedTypes)) continue;
    await settle(open);
  }
  throw new UserError({
    code: 'UNSUPPORTED',
    message: 'the types of the model do not settle',
    hint: 'simplify its shape computations, for example by exporting it with fixed shapes',
  });
}

/** What a rule makes of the types and the constants that a node reads. */
type TypeRule = (
  node: FlatNode,
  inputs: readonly (TensorType | null)[],
  constants: readonly (Tensor | null)[],
) => readonly (TensorType | null)[] | null;

/** Whether a rule finds shapes that onnxruntime's inference has left open. */
function learnTypes(
  open: readonly FlatNode[],
  known: Map<ValueName, TensorType>,
  constants: ReadonlyMap<ValueName, Tensor>,
  rule: TypeRule,
): boolean {
  const before = known.size;
  for (const node of open) {
    const inputs = node.inputs.map((value) => (value && known.get(value)) || null);
    const given = node.inputs.map((value) => (value && constants.get(value)) || null);
    const types = rule(node, inputs, given) ?? [];
    for (const [i, output] of node.outputs.entries()) {
      const type = types[i];
      if (!type || !output || known.has(output)) continue;
      countElements(type.shape, showNode(node));
      known.set(output, type);
    }
  }
  return known.size > before;
}

/** Of fixed shapes. */
const fixedTypes: TypeRule = (...node) => ownShapes(...node) ?? openTypes(...node);

/** Computes the constants that the shapes of these nodes hang on. */
type Settle = (open: readonly FlatNode[]) => Promise<void>;

/** Types of the nodes onnxruntime cannot take, as far as their inputs are known: own rules, or those of float32. */
async function typeCutNodes(
  graph: UntypedGraph,
  cut: Set<FlatNode>,
  known: Map<ValueName, TensorType>,
  settle: Settle,
): Promise<void> {
  const { nodes, constants } = graph;
  const typeOf = (value: ValueName | null) => (value && known.get(value)) || null;
  const constantOf = (value: ValueName | null) => (value && constants.get(value)) || null;
  for (const node of nodes) {
    if (node.outputs.every((output) => !output || known.has(output))) continue;
    const inputs = node.inputs.map(typeOf);
    if (unspeakable(node, inputs)) cut.add(node);
    const shaped = ownShapes(node, inputs, node.inputs.map(constantOf));
    if (!shaped && (!cut.has(node) || node.inputs.some((input, i) => input && !inputs[i]))) continue;
    const types = shaped ?? ownTypes(node, inputs) ?? (await inFloat32(node, graph, known, settle));
    if (!types) {
      throw new UserError({
        code: 'UNSUPPORTED',
        message: 'onnxruntime has no kernel for a node',
        where: `${showNode(node)} (${inputs.map((input) => (input ? printType(input) : '_')).join(', ')})`,
        hint: 'change the element type of its inputs',
      });
    }
    types.forEach((type, i) => {
      const output = node.outputs[i];
      countElements(type.shape, showNode(node));
      if (output) known.set(output, type);
    });
  }
}

/** By float32 in the place of a float type without kernels; what the shape depends on is computed where it must be. */
async function inFloat32(
  node: FlatNode,
  graph: UntypedGraph,
  known: ReadonlyMap<ValueName, TensorType>,
  settle: Settle,
): Promise<TensorType[] | null> {
  const inferred = () => standInTypes(node, known, graph.constants, graph.opset, outputsOf);
  const found = await inferred();
  const isOpen = (types: readonly (TensorType | null)[]) => types.some((type, i) => node.outputs[i] && !type);
  if (found && isOpen(found)) {
    await settle([node]);
    const closed = await inferred();
    return closed && !isOpen(closed) ? (closed as TensorType[]) : null;
  }
  return found as TensorType[] | null;
}

/** Own rules give the outputs an operator has; a node may list more. */
function complete(nodes: readonly FlatNode[], known: Map<ValueName, TensorType>): Map<ValueName, TensorType> {
  const odd = nodes.find(({ outputs }) => outputs.some((output) => output && !known.has(output)));
  return odd ? badModel('a node has an output that its operator does not have', showNode(odd)) : known;
}

/** Nodes without types whose inputs are known or made by earlier ones. */
function runnable(
  nodes: readonly FlatNode[],
  cut: ReadonlySet<FlatNode>,
  known: ReadonlyMap<ValueName, TensorType>,
): FlatNode[] {
  const made = new Set<ValueName>();
  return nodes.filter((node) => {
    if (cut.has(node) || node.outputs.every((output) => !output || known.has(output))) return false;
    if (!node.inputs.every((input) => !input || known.has(input) || made.has(input))) return false;
    if (waitsForInputs(node) && !node.inputs.every((input) => !input || known.has(input))) return false;
    for (const output of node.outputs) if (output) made.add(output);
    return true;
  });
}

/** No kernel, or an operator set that does not know the float type yet. */
const NO_KERNEL = /could not find an implementation|type 'tensor\((?:float16|bfloat16|double)\)' of input parameter/i;

/** Types of all outputs without open dimensions, or the node that has no kernel but an own rule. */
async function infer(
  nodes: readonly FlatNode[],
  known: ReadonlyMap<ValueName, TensorType>,
  constants: ReadonlyMap<ValueName, Tensor>,
  opset: number,
): Promise<Map<ValueName, TensorType> | FlatNode> {
  const outputs = nodes.flatMap((node) => node.outputs.filter((output) => output !== null && !known.has(output)));
  const spec = { nodes, known, constants, outputs: outputs as ValueName[], opset };
  const model = safeModel(spec);
  const types = new Map<ValueName, TensorType>();
  const scalars: ValueName[] = [];
  try {
    for (const { name, dtype, shape } of await outputsOf(model.bytes)) {
      const value = model.originalOf(name);
      invariant(value !== null, 'onnxruntime returned an output nobody asked for');
      if (!dtype || !shape) refuse(nodes, value, 'its result is not a tensor');
      if (shape.some((dimension) => dimension === null)) continue;
      const closed = shape.map(Number);
      countElements(closed, `value ${show(value)}`);
      types.set(value, { dtype, shape: closed, quant: null });
      if (shape.length === 0) scalars.push(value);
    }
    for (const value of await unranked(spec, scalars)) types.delete(value);
    return types;
  } catch (error) {
    if (!(error instanceof UserError) || error.problem.code !== 'RUNTIME') throw error;
    if (isCrash(error)) return await refuseCrash(spec);
    const isTooLarge = /bad_alloc/.test(error.problem.because?.[0] ?? '');
    const refused = model.nodeIn(error) ?? (isTooLarge ? null : await culprit(spec, () => true));
    if (refused && NO_KERNEL.test(error.problem.because?.[0] ?? '')) return refused;
    throw (refused && whatLacks(refused, known, constants)) ?? model.explain(error, refused);
  }
}

async function refuseCrash(spec: SafeModelSpec): Promise<never> {
  throw new UserError({
    code: 'BAD_MODEL',
    message: 'onnxruntime cannot take a node, and ends without an answer',
    where: showNode(await culprit(spec, isCrash)),
    hint: 'its attributes or shapes do not fit each other',
  });
}

/** The node that onnxruntime fails on in this way: the last of the shortest list of nodes that makes it fail. */
async function culprit(spec: SafeModelSpec, isSuch: (error: unknown) => boolean): Promise<FlatNode> {
  let [fine, fails] = [0, spec.nodes.length];
  while (fails - fine > 1) {
    const middle = (fine + fails) >> 1;
    const failed = await runIsolated(safeModel(withNodes(spec, middle)).bytes).then(() => false, isSuch);
    if (failed) fails = middle;
    else fine = middle;
  }
  return spec.nodes[fails - 1];
}

function withNodes(spec: SafeModelSpec, count: number): SafeModelSpec {
  const nodes = spec.nodes.slice(0, count);
  const made = new Set(nodes.flatMap((node) => node.outputs));
  return { ...spec, nodes, outputs: spec.outputs.filter((output) => made.has(output)) };
}

async function outputsOf(model: Uint8Array): Promise<readonly OrtValue[]> {
  return (await runIsolated(model)).outputs;
}

/** onnxruntime shows an unknown rank as it shows a scalar; the inferred length of its Shape tells them apart. */
async function unranked(spec: SafeModelSpec, scalars: readonly ValueName[]): Promise<ValueName[]> {
  if (scalars.length === 0) return [];
  const model = safeModel({ ...spec, outputs: [], ranksOf: scalars });
  const ranks = await outputsOf(model.bytes);
  return scalars.filter((_, i) => ranks[i].shape?.[0] !== 0);
}

function refuse(nodes: readonly FlatNode[], value: ValueName, why: string): never {
  const node = nodes.find(({ outputs }) => outputs.includes(value));
  throw new UserError({ code: 'UNSUPPORTED', message: why, ...(node && { where: showNode(node) }) });
}

function printType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(',')}]`;
}
