import { prune } from '../ir/graph.ts';
import { byteCount, isFloat } from '../ir/tensor.ts';
import type { Graph, Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { MemoryBudget } from '../support/memory-budget.ts';
import { readAnnotations } from './annotations.ts';
import { show } from './bad-model.ts';
import { type BoundInput, bindDimensions, blamingBatch, type DimensionOptions } from './bind-dimensions.ts';
import type { RawGraph, RawModel, RawValue } from './border/raw-model.ts';
import { checkNodes } from './check-nodes.ts';
import { constantFor } from './constant-input.ts';
import { createForesight } from './control-flow/foresight.ts';
import { checkDeclared } from './declared-types.ts';
import { discoverTypes } from './discover-types.ts';
import { externalReader } from './external-data.ts';
import type { FlatNode } from './flat-node.ts';
import { type FlatModel, flatten } from './flatten.ts';
import { constantFlag, inputsBehind, showInputs } from './hangs-on.ts';
import { newestForm } from './newest-form.ts';
import { decodeModel } from './onnx-border.ts';
import { commonOpset, NEWEST_OPSET } from './opset.ts';
import { refuseUnsupported } from './refuse-unsupported.ts';
import { type Capacities, checkCapacities } from './sizes/capacities.ts';
import { sizeResults } from './sizes/size-results.ts';
import { UniqueNames } from './unique-names.ts';
import { upgradeNode } from './upgrade.ts';

export interface ImportOptions extends DimensionOptions {
  /** Folder of the model file; external data may lie in it or below. Without it a model with external data is refused. */
  readonly directory?: string;
  /** Inputs that become constants, by name: those that shapes depend on must. Cast to the type of the input. */
  readonly constants?: ReadonlyMap<string, Tensor>;
  /** How many results fit where the data say how many there are, by the name of the node or of its result. */
  readonly capacities?: Capacities;
  /** Told what the file says and is not so, a sentence each. */
  readonly remark?: (text: string) => void;
  /** What the file may make us take. Default: a budget of its own, of 1 GB. */
  readonly memory?: MemoryBudget;
}

/**
 * Reads an ONNX file of opset 7 or newer: local functions inlined, branches and loops written out, every
 * dimension a number, every node in the form of the newest opset and within the rules of its operator, the type of every
 * value known. Throws UserError BAD_MODEL, UNSUPPORTED (all offenders at once), UNBOUND_DIMENSION, TOO_LARGE or
 * BAD_ARGUMENT.
 */
export async function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): Promise<Graph> {
  const { directory, memory = new MemoryBudget(), capacities = new Map() } = options;
  memory.take(bytes.length, 'the model');
  const file = decodeModel(bytes, externalReader(directory, memory), memory);
  for (const text of file.remarks) options.remark?.(text);
  const raw = withConstants(file, options.constants ?? new Map());
  const inputs = bindDimensions(freeInputs(raw.graph), options);
  const types = tensorTypes(inputs);
  const foresight = createForesight(types, memory);
  const flat = withoutDead(await flatten(raw, { foresight, capacities }));
  await refuseUnsupported(flat, inputs, types);
  checkCapacities(capacities, [...flat.nodes, ...flat.loops]);
  remarkChoices(flat, types, options.remark);
  const body = await blamingBatch(inputs, () => typeAndUpgrade(flat, types, { memory, capacities: flat.capacities }));

  checkDeclared(raw.graph, flat, body.types, options.remark);
  refuseGiants(body, memory);
  const annotations = readAnnotations(raw.metadata);
  const ties = flat.series.filter(([value]) => isFloat(body.types.get(value!)?.dtype ?? 'bool'));
  const graph = prune({
    name: raw.graph.name,
    inputs: flat.inputs,
    outputs: flat.outputs,
    ...body,
    ...(ties.length > 0 && { ties }),
    ...(annotations && { annotations }),
  });
  checkNodes(graph);
  return sizeResults(newestForm(graph));
}

/** Two branches are twice the weights, where a setting that never changes chooses between them. */
function remarkChoices(
  { choices, nodes }: FlatModel,
  inputs: ReadonlyMap<ValueName, TensorType>,
  remark: (text: string) => void = () => undefined,
): void {
  for (const [where, condition] of choices) {
    const names = inputsBehind([condition], nodes, inputs);
    const isSetting = names.every((name) => !isFloat(inputs.get(name)!.dtype));
    const flag = isSetting ? constantFlag(names, inputs) : null;
    if (flag) remark(`${where} has both branches in the C, as ${showInputs(names)} chooses: ${flag} keeps one of them`);
  }
}

/** A value that alone is beyond the budget is never computed, neither folded nor by calibration. */
function refuseGiants({ nodes, types }: Pick<Graph, 'nodes' | 'types'>, { bytes }: MemoryBudget): void {
  for (const node of nodes) {
    for (const output of node.outputs) {
      const type = output === null ? undefined : types.get(output);
      if (type) new MemoryBudget(bytes).take(byteCount(type), `the result of ${node.op} ${show(node.name)}`);
    }
  }
}

function withConstants(raw: RawModel, constants: ReadonlyMap<string, Tensor>): RawModel {
  if (constants.size === 0) return raw;
  const free = new Map(freeInputs(raw.graph).map((input) => [input.name, input]));
  const given = [...constants].map(([name, tensor]) => {
    const input = free.get(name);
    if (input) return { name, tensor: constantFor(input, tensor) };
    throw new UserError({
      code: 'BAD_ARGUMENT',
      message: `the model has no input ${show(name)} to make a constant of`,
      hint: `its inputs are ${[...free.keys()].map(show).join(', ')}`,
    });
  });
  return { ...raw, graph: { ...raw.graph, initializers: [...raw.graph.initializers, ...given] } };
}

/** Before IR version 4 initializers stood among the inputs too; since then they are defaults. Both are constants here. */
function freeInputs(graph: RawGraph): RawValue[] {
  const initialized = new Set(graph.initializers.map(({ name }) => name));
  return graph.inputs.filter(({ name }) => !initialized.has(name));
}

function tensorTypes(inputs: readonly BoundInput[]): Map<ValueName, TensorType> {
  const types = new Map<ValueName, TensorType>();
  for (const { name, type } of inputs) if (typeof type !== 'string') types.set(name, { ...type, quant: null });
  return types;
}

/** Nodes no output needs are not judged. */
function withoutDead(flat: FlatModel): FlatModel {
  const needed = new Set<ValueName>(flat.outputs);
  const nodes = [...flat.nodes].reverse().filter((node) => {
    const alive = node.outputs.some((output) => output && needed.has(output));
    if (alive) for (const input of node.inputs) if (input) needed.add(input);
    return alive;
  });
  return { ...flat, nodes: nodes.reverse() };
}

/**
 * Where all nodes are of one opset that onnxruntime runs, it infers their types as they stand and the upgrade may
 * look at them. Else (functions with an opset of their own) the upgrade comes first.
 */
async function typeAndUpgrade(
  flat: FlatModel,
  inputs: ReadonlyMap<ValueName, TensorType>,
  { memory, capacities }: { readonly memory: MemoryBudget; readonly capacities: Capacities },
): Promise<Pick<Graph, 'nodes' | 'types' | 'constants'>> {
  const opset = commonOpset(flat.nodes);
  if (opset !== null) {
    const types = await discoverTypes(
      { nodes: flat.nodes, inputs, constants: flat.constants, opset },
      memory,
      capacities,
    );
    const { nodes, constants } = upgradeAll(flat, types);
    for (const [name, { dtype, shape }] of constants) types.set(name, { dtype, shape, quant: null });
    return { nodes, types, constants };
  }
  const { nodes, constants } = upgradeAll(flat, new Map());
  const upgraded = nodes.map((node): FlatNode => ({ ...node, opset: NEWEST_OPSET, refused: null }));
  const types = await discoverTypes({ nodes: upgraded, inputs, constants, opset: NEWEST_OPSET }, memory, capacities);
  return { nodes, types, constants };
}

function upgradeAll(
  flat: FlatModel,
  types: Map<ValueName, TensorType>,
): { nodes: Node[]; constants: Map<ValueName, Tensor> } {
  const constants = new Map(flat.constants);
  const made = flat.nodes.flatMap((node) => node.outputs.filter((output) => output !== null));
  const names = new UniqueNames([...flat.inputs, ...constants.keys(), ...made]);
  return { nodes: flat.nodes.flatMap((node) => upgradeNode(node, types, constants, names)), constants };
}
