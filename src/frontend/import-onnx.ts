import { prune } from '../ir/graph.ts';
import type { Graph, Node, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { bindDimensions, type DimensionOptions } from './bind-dimensions.ts';
import { discoverTypes } from './discover-types.ts';
import { externalReader } from './external-data.ts';
import { type FlatModel, type FlatNode, flatten } from './flatten.ts';
import { decodeModel } from './onnx-border.ts';
import { NEWEST_OPSET, OLDEST_RUNNABLE_OPSET } from './opset.ts';
import { refuseUnsupported } from './refuse-unsupported.ts';
import { upgradeNode } from './upgrade.ts';

export interface ImportOptions extends DimensionOptions {
  /** Folder of the model file; external data may lie in it or below. Without it a model with external data is refused. */
  readonly directory?: string;
}

/**
 * Reads an ONNX file of opset 7 or newer: local functions inlined, constants and decided branches folded away, every
 * dimension a number, every node in the form of the newest opset, the type of every value known.
 * Throws UserError BAD_MODEL, UNSUPPORTED (all offenders at once), UNBOUND_DIMENSION or BAD_ARGUMENT.
 */
export async function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): Promise<Graph> {
  const raw = decodeModel(bytes, externalReader(options.directory));
  const initialized = new Set(raw.graph.initializers.map(({ name }) => name));
  const inputs = bindDimensions(raw.graph.inputs.filter(({ name }) => !initialized.has(name)), options);
  const flat = withoutDead(flatten(raw));
  const inputTypes = await refuseUnsupported(flat, inputs);
  const body = await typeAndUpgrade(flat, inputTypes);
  return prune({ name: raw.graph.name, inputs: flat.inputs, outputs: flat.outputs, ...body });
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
 * look at them. Else (functions with an opset of their own, files older than opset 7) the upgrade comes first.
 */
async function typeAndUpgrade(
  flat: FlatModel,
  inputs: ReadonlyMap<ValueName, TensorType>,
): Promise<Pick<Graph, 'nodes' | 'types' | 'constants'>> {
  const opset = commonOpset(flat.nodes);
  if (opset !== null) {
    const types = await discoverTypes({ nodes: flat.nodes, inputs, constants: flat.constants, opset });
    const { nodes, constants } = upgradeAll(flat, types);
    for (const [name, { dtype, shape }] of constants) types.set(name, { dtype, shape, quant: null });
    return { nodes, types, constants };
  }
  const { nodes, constants } = upgradeAll(flat, new Map());
  const upgraded = nodes.map((node): FlatNode => ({ ...node, opset: NEWEST_OPSET, refused: null }));
  const types = await discoverTypes({ nodes: upgraded, inputs, constants, opset: NEWEST_OPSET });
  return { nodes, types, constants };
}

function commonOpset(nodes: readonly FlatNode[]): number | null {
  const opsets = new Set(nodes.filter(({ domain }) => domain === '').map(({ opset }) => Math.min(opset, NEWEST_OPSET)));
  const [opset = NEWEST_OPSET] = opsets;
  return opsets.size <= 1 && opset >= OLDEST_RUNNABLE_OPSET ? opset : null;
}

function upgradeAll(
  flat: FlatModel,
  types: ReadonlyMap<ValueName, TensorType>,
): { nodes: Node[]; constants: Map<ValueName, Tensor> } {
  const constants = new Map(flat.constants);
  const taken = new Set<ValueName>([...flat.inputs, ...constants.keys(), ...flat.nodes.flatMap((node) => node.outputs)]
    .filter((name) => name !== null));
  const fresh = (hint: string): ValueName => {
    let name = hint;
    for (let i = 1; taken.has(name); i++) name = `${hint}.${i}`;
    taken.add(name);
    return name;
  };
  return { nodes: flat.nodes.map((node) => upgradeNode(node, types, constants, fresh)), constants };
}
