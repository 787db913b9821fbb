import { originOf, prune, sortNodes, typeOf } from '../../../ir/graph.ts';
import { carrierOf, tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Quant, Tensor, TensorType, ValueName } from '../../../ir/types.ts';
import { dequantizeTensor } from './constant-codes.ts';
import { codeType, shiftOf, type Target } from './scales.ts';

/** Where the codes of a value of the user's graph are in the new one, and what they mean. */
export interface Codes extends Target {
  readonly name: ValueName;
}

/** A node to be made: what is not given is empty. */
export type CodeNode = Pick<Node, 'op' | 'inputs'> & Partial<Node>;

/**
 * The integer graph under construction beside the user's. A value of the user's graph, float or integer, may have
 * codes; under its own meaning it appears in the new graph only when something asks for it (`original`).
 */
export interface CodeGraph {
  /** The user's. */
  readonly graph: Graph;
  /** Types and constants of the new graph so far, for rules that look at them. */
  readonly view: Graph;
  codesOf(value: ValueName | null | undefined): Codes | null;
  setCodes(value: ValueName, codes: Codes): void;
  /** The value itself: float where it was float, in the user's integer type where it was integer. */
  original(value: ValueName): ValueName;
  /** The name for codes that belong to this value of the user's graph first of all. */
  nameFor(value: ValueName): ValueName;
  fresh(hint: ValueName): ValueName;
  /** Adds a node with one output. */
  node(spec: CodeNode, output: ValueName, type: TensorType): void;
  /** Adds a node with the types of its outputs. */
  add(node: Node, types: readonly (TensorType | null)[]): void;
  /** Adds the user's node; it reads original values. */
  keep(node: Node): void;
  constant(hint: ValueName, tensor: Tensor, quant?: Quant | null): ValueName;
  setType(value: ValueName, type: TensorType): void;
  /** See Graph.ties. */
  tie(values: readonly ValueName[]): void;
  finish(): Graph;
}

/** `stripIo`: inputs and outputs that have codes are codes. */
export function startCodeGraph(graph: Graph, stripIo: boolean): CodeGraph {
  const constants = new Map(graph.constants);
  const types = new Map<ValueName, TensorType>();
  for (const name of [...graph.inputs, ...graph.constants.keys()]) types.set(name, typeOf(graph, name));
  const nodes: Node[] = [];
  const codes = new Map<ValueName, Codes>();
  const originals = new Map<ValueName, ValueName>();
  const origins = new Map(graph.origins);
  const isOutput = new Set(graph.outputs);
  const ties: (readonly ValueName[])[] = [];

  const code: CodeGraph = {
    graph,
    view: { ...graph, types, constants },
    codesOf: (value) => (value != null && codes.get(value)) || null,
    setCodes: (value, held) => void codes.set(value, held),
    original(value) {
      const held = codes.get(value);
      if (!held || graph.constants.has(value)) return value;
      const name = originals.get(value) ?? decode(held, value, types.has(value) ? fresh(`${value}.plain`) : value);
      originals.set(value, name);
      return name;
    },
    nameFor(value) {
      const { dtype } = typeOf(graph, value);
      const own =
        dtype === 'f32' ? stripIo && isOutput.has(value) : !isOutput.has(value) || dtype === 'i8' || dtype === 'i16';
      if (own && !types.has(value)) return value;
      const name = fresh(`${value}.codes`);
      origins.set(name, originOf(graph, value));
      return name;
    },
    fresh,
    node(spec, output, type) {
      code.add({ domain: '', name: output, attributes: {}, clip: null, ...spec, outputs: [output] }, [type]);
    },
    add(node, outputTypes) {
      nodes.push(node);
      node.outputs.forEach((output, i) => {
        const type = outputTypes[i];
        if (output && type) types.set(output, type);
      });
    },
    keep(node) {
      const inputs = node.inputs.map((input) => input && code.original(input));
      code.add(
        { ...node, inputs },
        node.outputs.map((output) => (output ? typeOf(graph, output) : null)),
      );
    },
    constant(hint, tensor, quant = null) {
      const name = fresh(hint);
      constants.set(name, tensor);
      types.set(name, { dtype: tensor.dtype, shape: tensor.shape, quant });
      return name;
    },
    setType: (value, type) => void types.set(value, type),
    tie: (values) => void ties.push(values),
    finish() {
      const renamed = new Map<ValueName, ValueName>();
      for (const output of graph.outputs) finishOutput(output, renamed);
      const rename = (value: ValueName | null) => (value === null ? null : (renamed.get(value) ?? value));
      const named = nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      }));
      const inFile = [...origins].map(([value, origin]) => [rename(value) ?? value, origin] as const);
      const tied = ties.length > 0 && { ties };
      return prune({ ...graph, nodes: sortNodes(named), types, constants, origins: new Map(inFile), ...tied });
    },
  };
  return code;

  /** Names of the user's graph are left to their values. */
  function fresh(hint: ValueName): ValueName {
    let name = hint;
    for (let i = 1; types.has(name) || graph.types.has(name); i++) name = `${hint}.${i}`;
    return name;
  }

  /** Makes the user's value from its codes. */
  function decode({ name, quant }: Codes, value: ValueName, output: ValueName): ValueName {
    const type = typeOf(graph, value);
    const constant = constants.get(name);
    if (type.dtype === 'u8' || type.dtype === 'u16') {
      code.node({ op: 'ShiftCodes', domain: 'nibblec', inputs: [name] }, output, type);
    } else if (type.dtype !== 'f32') {
      code.node({ op: 'Identity', inputs: [name] }, output, type);
    } else if (constant) {
      constants.set(output, dequantizeTensor(constant, quant));
      types.set(output, type);
    } else {
      const inputs = [name, ...parametersOf(code, name, quant)];
      code.node({ op: 'DequantizeLinear', inputs }, output, type);
    }
    return output;
  }

  /** Codes that are an output of the model take its name, unless they have one to keep. */
  function finishOutput(output: ValueName, renamed: Map<ValueName, ValueName>): void {
    const held = codes.get(output);
    if (!held || held.name === output) return;
    const type = typeOf(graph, output);
    const { quant } = held;
    const asCodes = type.dtype === 'f32' ? stripIo : shiftOf(type.dtype) === 0;
    if (asCodes && !types.has(output)) {
      const free = !isOutput.has(held.name) && !renamed.has(held.name);
      if (free && nodes.some((node) => node.outputs.includes(held.name))) renamed.set(held.name, output);
      else code.node({ op: 'Identity', inputs: [held.name] }, output, codeType(type.shape, quant));
      types.set(output, codeType(type.shape, quant));
    } else {
      code.original(output);
      // Integers that leave the model tell what they mean.
      const read = nodes.some((node) => node.inputs.includes(output));
      const shift = shiftOf(type.dtype) ?? 0;
      if (shift > 0 && !read)
        types.set(output, { ...type, quant: { ...quant, zeroPoint: [quant.zeroPoint[0] + shift] } });
    }
  }
}

/** Scale and zero point as constants, for a QuantizeLinear or DequantizeLinear. */
export function parametersOf(code: CodeGraph, hint: ValueName, quant: Quant): ValueName[] {
  const { scale, zeroPoint } = quant;
  return [
    code.constant(`${hint}.scale`, tensorOf('f32', [], scale)),
    code.constant(`${hint}.zero_point`, tensorOf(carrierOf(quant), [], zeroPoint)),
  ];
}
