import { elementCount } from '../ir/shape.ts';
import { byteCount, tensorOf } from '../ir/tensor.ts';
import type { Tensor, TensorType, ValueName } from '../ir/types.ts';
import { runIsolated } from '../runtime/isolated-session.ts';
import { canTravel } from '../runtime/ort-session.ts';
import { UserError } from '../support/errors.ts';
import type { MemoryBudget } from '../support/memory-budget.ts';
import { show, showNode } from './bad-model.ts';
import type { UntypedGraph } from './discover-types.ts';
import type { FlatNode } from './flat-node.ts';
import { constantFlag, inputsBehind, showInputs } from './hangs-on.ts';
import { safeModel } from './safe-model.ts';
import { capacityHint } from './sizes/capacities.ts';

/** Values larger than this are not computed to find a shape. */
const MAX_ELEMENTS = 2 ** 20;
const MAX_NAMED = 8;

/** What shapes are computed with. Others are not run here: a kernel may need far more memory than its result. */
const COMPUTABLE = new Set([
  'Abs',
  'Add',
  'And',
  'ArgMax',
  'ArgMin',
  'BitShift',
  'Cast',
  'CastLike',
  'Ceil',
  'Clip',
  'Concat',
  'ConstantOfShape',
  'CumSum',
  'Div',
  'Equal',
  'Expand',
  'Flatten',
  'Floor',
  'Gather',
  'GatherElements',
  'GatherND',
  'Greater',
  'GreaterOrEqual',
  'Identity',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'Max',
  'Min',
  'Mod',
  'Mul',
  'Neg',
  'Not',
  'OneHot',
  'Or',
  'Pad',
  'Pow',
  'Range',
  'Reciprocal',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceSum',
  'Reshape',
  'Round',
  'ScatterElements',
  'ScatterND',
  'Sign',
  'Slice',
  'Split',
  'Sqrt',
  'Squeeze',
  'Sub',
  'Sum',
  'Tile',
  'TopK',
  'Transpose',
  'Trilu',
  'Unsqueeze',
  'Where',
  'Xor',
]);

/** Operators whose result is no larger than their inputs although its shape depends on them. */
const BOUNDED = new Set(['NonZero', 'Unique', 'Compress']);

/** A constant computed on the way, or null where the value depends on the inputs or is too large. */
export async function foldValue(
  graph: UntypedGraph,
  known: ReadonlyMap<ValueName, TensorType>,
  value: ValueName,
  memory: MemoryBudget,
): Promise<Tensor | null> {
  return (await foldValues(graph, known, new Set([value]), memory)).get(value) ?? null;
}

/**
 * The shapes of `open` nodes hang on values that onnxruntime's inference did not follow. Returns those that are
 * constants after all (Shape of a known value, arithmetic on constants); where there are none the shape depends on the data.
 */
export async function foldShapeInputs(
  graph: UntypedGraph,
  known: ReadonlyMap<ValueName, TensorType>,
  open: readonly FlatNode[],
  memory: MemoryBudget,
): Promise<Map<ValueName, Tensor>> {
  const candidates = new Set<ValueName>();
  for (const node of open) {
    for (const value of [...node.inputs, ...node.outputs])
      if (value && !graph.constants.has(value)) candidates.add(value);
  }
  return foldValues(graph, known, candidates, memory);
}

/** Those of the candidates that follow from constants and known shapes alone. */
async function foldValues(
  graph: UntypedGraph,
  known: ReadonlyMap<ValueName, TensorType>,
  candidates: ReadonlySet<ValueName>,
  memory: MemoryBudget,
): Promise<Map<ValueName, Tensor>> {
  const shapes = new Map<ValueName, Tensor>();
  const scheduled = new Map<ValueName, FlatNode>();
  const isConstant = (value: ValueName | null) =>
    !value || graph.constants.has(value) || shapes.has(value) || scheduled.has(value);
  for (const node of graph.nodes) {
    const shape = shapeValue(node, known);
    if (shape && node.outputs[0]) shapes.set(node.outputs[0], shape);
    else if (node.inputs.every(isConstant) && isComputable(node, known)) {
      for (const output of node.outputs) if (output) scheduled.set(output, node);
    }
  }
  const found = new Map([...graph.constants, ...shapes].filter(([value]) => candidates.has(value)));
  const computed = [...candidates].filter((value) => scheduled.has(value));
  if (computed.length > 0) {
    for (const value of computed) {
      const type = known.get(value);
      if (type) memory.take(byteCount(type), `the constant ${show(value)}`);
    }
    const constants = new Map([...graph.constants, ...shapes]);
    for (const [name, tensor] of await evaluate(computed, scheduled, graph, constants)) found.set(name, tensor);
  }
  return found;
}

/** Shape and Size of a known type need no run. */
function shapeValue(node: FlatNode, known: ReadonlyMap<ValueName, TensorType>): Tensor | null {
  if (node.domain !== '' || (node.op !== 'Shape' && node.op !== 'Size')) return null;
  const type = node.inputs[0] ? known.get(node.inputs[0]) : undefined;
  if (!type) return null;
  if (node.op === 'Size') return tensorOf('i64', [], [elementCount(type.shape)]);
  const bound = (name: string, absent: number) => {
    const value = node.attributes[name];
    return typeof value === 'number' ? value : absent;
  };
  const part = type.shape.slice(bound('start', 0), bound('end', type.shape.length));
  return tensorOf('i64', [part.length], part);
}

function isComputable(node: FlatNode, known: ReadonlyMap<ValueName, TensorType>): boolean {
  if (node.domain !== '') return false;
  const small = (value: ValueName | null) => {
    const type = value && known.get(value);
    return !value || (type ? canTravel(type.dtype) && elementCount(type.shape) <= MAX_ELEMENTS : false);
  };
  if (BOUNDED.has(node.op)) return node.inputs.every(small);
  return COMPUTABLE.has(node.op) && node.outputs.every(small);
}

/** Runs the scheduled nodes that the wanted values need. */
async function evaluate(
  wanted: readonly ValueName[],
  scheduled: ReadonlyMap<ValueName, FlatNode>,
  graph: UntypedGraph,
  constants: ReadonlyMap<ValueName, Tensor>,
): Promise<Map<ValueName, Tensor>> {
  const needed = new Set<FlatNode>();
  const queue = [...wanted];
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    const node = scheduled.get(value);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    for (const input of node.inputs) if (input && !constants.has(input)) queue.push(input);
  }
  const nodes = graph.nodes.filter((node) => needed.has(node));
  const model = safeModel({ nodes, known: new Map(), constants, outputs: wanted, opset: graph.opset });
  try {
    const { values } = await runIsolated(model.bytes, wanted.map(model.nameOf));
    return new Map([...values].map(([name, tensor]) => [model.originalOf(name) ?? name, tensor]));
  } catch (error) {
    if (error instanceof UserError && error.problem.code === 'RUNTIME') throw model.explain(error);
    throw error;
  }
}

/** Names the nodes where the trouble starts: those with open outputs whose inputs are all known. */
export function refuseDataDependent(
  open: readonly FlatNode[],
  known: ReadonlyMap<ValueName, TensorType>,
  { nodes, inputs }: UntypedGraph,
): never {
  const roots = open.filter((node) => node.inputs.every((input) => !input || known.has(input)));
  const named = (roots.length > 0 ? roots : open).slice(0, MAX_NAMED);
  // The first input of most such operators is the data, the others say what becomes of them.
  const behind = inputsBehind(
    named.flatMap(({ inputs: [first, ...others] }) => (others.length > 0 ? others : [first])),
    nodes,
    inputs,
  );
  const flag = constantFlag(behind, inputs);
  throw new UserError({
    code: 'UNSUPPORTED',
    message: 'the shape of a result depends on the data',
    where: showNode(named[0]),
    because: [
      ...named.map((node) => `${showNode(node)} has no fixed output shape`),
      ...(behind.length > 0 ? [`it hangs on ${showInputs(behind)}`] : []),
    ],
    hint: hint(),
  });

  function hint(): string {
    const capacity = capacityHint(named[0]!);
    if (capacity) return flag ? `${capacity}, or ${flag}` : capacity;
    return `C for microcontrollers needs fixed shapes: ${flag ? `try ${flag}` : 'replace the node, or make the inputs that give the shape constants'}`;
  }
}
