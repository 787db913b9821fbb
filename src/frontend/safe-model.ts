import type { Tensor, TensorType, ValueName } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';
import { nextStep, plainWords } from '../support/runtime-words.ts';
import { showNode } from './bad-model.ts';
import type { FlatNode } from './flat-node.ts';
import { writeModel } from './onnx-writer.ts';
import { NEWEST_OPSET } from './opset.ts';

export interface SafeModelSpec {
  /** In topological order; what they read and none of them makes must be known. */
  readonly nodes: readonly FlatNode[];
  readonly known: ReadonlyMap<ValueName, TensorType>;
  readonly constants: ReadonlyMap<ValueName, Tensor>;
  readonly outputs: readonly ValueName[];
  readonly opset: number;
  /** Further outputs: the Shape of these values, in this order. */
  readonly ranksOf?: readonly ValueName[];
}

/** A model for onnxruntime in which every name is ours, so that no name from the file can do harm there. */
export interface SafeModel {
  readonly bytes: Uint8Array;
  /** Non-constant values it reads. */
  readonly inputs: readonly ValueName[];
  nameOf(value: ValueName): string;
  originalOf(name: string): ValueName | null;
  /** The node an onnxruntime error speaks of. */
  nodeIn(error: UserError): FlatNode | null;
  /** The error of onnxruntime as BAD_MODEL or UNSUPPORTED on the node (default: that it speaks of), in the names of the file. */
  explain(error: UserError, node?: FlatNode | null): UserError;
}

/** Words of onnxruntime about its own limits, not about mistakes in the model; what 'was false' while a kernel was made is a rule. */
const LIMITS =
  /could not find an implementation|no op registered|not a registered function|not implemented|unsupported data type|supported|during initialization(?!.* was false)/i;

/** Of estimators, whose kernels check themselves while they are made. */
const NO_KERNEL = /could not find an implementation/i;

const PADS = /pads?\b.*smaller than kernel/i;

export function safeModel({ nodes, known, constants, outputs, opset, ranksOf = [] }: SafeModelSpec): SafeModel {
  const names = new Map<ValueName, string>();
  const values: ValueName[] = [];
  const nameOf = (value: ValueName): string => {
    let name = names.get(value);
    if (name === undefined) {
      name = `value#${values.push(value) - 1}`;
      names.set(value, name);
    }
    return name;
  };
  const made = new Set<ValueName>();
  const read = new Set<ValueName>();
  const safeNodes = nodes.map((node, index) => {
    for (const input of node.inputs) if (input) read.add(input);
    for (const output of node.outputs) if (output && !known.has(output)) made.add(output);
    return {
      ...node,
      name: `node#${index}`,
      inputs: node.inputs.map((input) => input && nameOf(input)),
      // An output that is known already gets a name that nothing reads.
      outputs: node.outputs.map((output, i) => output && (known.has(output) ? `unread#${index}.${i}` : nameOf(output))),
    };
  });
  const outer = [...read].filter((value) => !made.has(value));
  const inputs = outer.filter((value) => !constants.has(value));
  const ranks = ranksOf.map((value, i) => ({
    op: 'Shape',
    domain: '',
    name: `rank#${i}`,
    inputs: [nameOf(value)],
    outputs: [`rank#${i}`],
    attributes: {},
  }));
  const bytes = writeModel({
    name: 'graph',
    nodes: [...safeNodes, ...ranks],
    inputs: inputs.map((value) => ({ name: nameOf(value), type: known.get(value) ?? null })),
    outputs: [...outputs.map(nameOf), ...ranks.map(({ name }) => name)].map((name) => ({ name, type: null })),
    constants: new Map(
      outer.flatMap((value) => {
        const tensor = constants.get(value);
        return tensor ? [[nameOf(value), tensor] as const] : [];
      }),
    ),
    opset,
  });

  const originalOf = (name: string): ValueName | null => values[Number(/^value#(\d+)$/.exec(name)?.[1])] ?? null;
  const nodeIn = (error: UserError): FlatNode | null =>
    nodes[Number(/node#(\d+)/.exec(error.problem.because?.[0] ?? '')?.[1])] ?? null;
  return {
    bytes,
    inputs,
    nameOf,
    originalOf,
    nodeIn,
    explain(error, node = nodeIn(error)) {
      const words = (error.problem.because?.[0] ?? '')
        .replace(/value#\d+/g, (name) => originalOf(name) ?? name)
        .replace(/node#(\d+)/g, (name, index) => nodes[Number(index)]?.name ?? name);
      const next = PADS.test(words)
        ? 'a pool pads less than its kernel is long: write the rest as a Pad before it'
        : nextStep(words);
      const tooNew = node !== null && node.domain === '' && node.opset > NEWEST_OPSET;
      const limits = node?.domain === 'ai.onnx.ml' ? NO_KERNEL : LIMITS;
      const hint = tooNew ? `export the model with opset ${NEWEST_OPSET} or older; it has ${node.opset}` : next;
      return new UserError(
        {
          code: tooNew || limits.test(words) ? 'UNSUPPORTED' : 'BAD_MODEL',
          message: `onnxruntime ${/bad_alloc/.test(words) ? 'runs out of memory on' : 'refuses'} ${node ? 'a node' : 'the model'}`,
          ...(node && { where: showNode(node) }),
          because: [plainWords(words)],
          ...(hint && { hint }),
        },
        { cause: error },
      );
    },
  };
}
