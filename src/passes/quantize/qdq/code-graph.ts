import { prune, sortNodes, typeOf } from '../../../ir/graph.ts';
import { tensorOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Quant, Tensor, TensorType, ValueName } from '../../../ir/types.ts';
import { dequantizeCodes } from './constant-codes.ts';
import { shiftOf, type Target } from './scales.ts';

/** Where the codes of a value of the user's graph are, and what they mean. */
export interface Codes extends Target {
  readonly name: ValueName;
  /** Set when the codes are known now. */
  readonly constant: Tensor | null;
}

/**
 * The integer graph under construction beside the user's. A value of the user's graph, float or integer, may have codes
 * (`codesOf`); under its own name it appears only when something asks for it (`original`).
 */
export interface CodeGraph {
  /** The user's. */
  readonly graph: Graph;
  /** Types and constants so far, for rules that look at them; nodes are the user's. */
  readonly view: Graph;
  codesOf(value: ValueName | null | undefined): Codes | null;
  setCodes(value: ValueName, codes: Codes): void;
  /** The name of the very value: float where it was float, in the user's integer type where it was integer. */
  original(value: ValueName): ValueName;
  /** Adds a node whose outputs are new names with these types. */
  node(spec: Pick<Node, 'op' | 'inputs'> & Partial<Node>, outputs: readonly (NewValue | null)[]): void;
  /** Adds the user's node, reading original values. */
  keep(node: Node): void;
  constant(hint: string, tensor: Tensor, quant?: Quant | null): ValueName;
  /** The codes as a value of the new graph, also when they are constant. */
  read(codes: Codes): ValueName;
  fresh(hint: ValueName): ValueName;
  setInputType(input: ValueName, type: TensorType): void;
  /** `stripIo`: outputs that have codes are codes. */
  finish(stripIo: boolean): Graph;
}

export interface NewValue {
  readonly name: ValueName;
  readonly type: TensorType;
}

export function startCodeGraph(graph: Graph): CodeGraph {
  const types = new Map<ValueName, TensorType>();
  const constants = new Map<ValueName, Tensor>(graph.constants);
  for (const name of [...graph.inputs, ...graph.constants.keys()]) types.set(name, typeOf(graph, name));
  let nodes: Node[] = [];
  const codes = new Map<ValueName, Codes>();
  const originals = new Map<ValueName, ValueName>();

  const code: CodeGraph = {
    graph,
    view: { ...graph, types, constants },
    codesOf: (value) => (value != null && codes.get(value)) || null,
    setCodes: (value, known) => void codes.set(value, known),
    original,
    node(spec, outputs) {
      const names = outputs.map((output) => output && output.name);
      for (const output of outputs) if (output) types.set(output.name, output.type);
      nodes.push({ domain: '', name: names[0] ?? '', attributes: {}, clip: null, ...spec, outputs: names });
    },
    keep(node) {
      nodes.push({ ...node, inputs: node.inputs.map((input) => input && original(input)) });
      for (const output of node.outputs) if (output) types.set(output, typeOf(graph, output));
    },
    constant(hint, tensor, quant = null) {
      const name = fresh(hint);
      constants.set(name, tensor);
      types.set(name, { dtype: tensor.dtype, shape: tensor.shape, quant });
      return name;
    },
    read({ name, constant, quant }) {
      return constant && !types.has(name) ? code.constant(name, constant, quant) : name;
    },
    fresh,
    setInputType: (input, type) => void types.set(input, type),
    finish(stripIo) {
      for (const output of graph.outputs) finishOutput(output, stripIo);
      return prune({ ...graph, nodes: sortNodes(nodes), types, constants });
    },
  };
  return code;

  function fresh(hint: ValueName): ValueName {
    let name = hint;
    for (let i = 1; types.has(name) || (i === 1 && graph.types.has(name)); i++) name = `${hint}.${i}`;
    return name;
  }

  function original(value: ValueName): ValueName {
    const known = originals.get(value);
    if (known) return known;
    const held = codes.get(value);
    if (!held) return value;
    const free = types.has(value) ? fresh(`${value}.${typeOf(graph, value).dtype}`) : value;
    const name = graph.inputs.includes(value) && types.get(value)?.quant === null ? value : decode(held, value, free);
    originals.set(value, name);
    return name;
  }

  /** Makes the user's value from its codes. */
  function decode(held: Codes, value: ValueName, name: ValueName): ValueName {
    const type = typeOf(graph, value);
    if (type.dtype !== 'f32') {
      const op = type.dtype === 'u8' ? { op: 'ShiftCodes', domain: 'nibblec' } : { op: 'Identity' };
      code.node({ ...op, inputs: [code.read(held)] }, [{ name, type }]);
    } else if (held.constant) {
      constants.set(name, dequantizeCodes(held.constant, held.quant));
      types.set(name, type);
    } else {
      const { scale, zeroPoint } = held.quant;
      const parameters = [
        code.constant(`${held.name}.scale`, tensorOf('f32', [], scale)),
        code.constant(`${held.name}.zero_point`, tensorOf('i8', [], zeroPoint)),
      ];
      code.node({ op: 'DequantizeLinear', inputs: [held.name, ...parameters] }, [{ name, type }]);
    }
    return name;
  }

  function finishOutput(output: ValueName, stripIo: boolean): void {
    const held = codes.get(output);
    if (!held || originals.get(output) === output) return;
    const type = typeOf(graph, output);
    const asCodes = type.dtype === 'f32' ? stripIo : shiftOf(type.dtype) === 0;
    if (!asCodes) {
      const name = original(output);
      if (name !== output) rename(name, output);
      // The user's integers say what they mean.
      const [zero] = held.quant.zeroPoint;
      if (type.dtype === 'u8') types.set(output, { ...type, quant: { ...held.quant, zeroPoint: [zero + 128] } });
    } else if (held.name !== output) {
      const movable = !held.constant && !graph.inputs.includes(held.name) && !graph.outputs.includes(held.name);
      if (movable) rename(held.name, output);
      else code.node({ op: 'Identity', inputs: [code.read(held)] }, [{ name: output, type: { dtype: 'i8', shape: type.shape, quant: held.quant } }]);
    }
  }

  /** What was called `from` is called `to`; a value that had the name gets another. */
  function rename(from: ValueName, to: ValueName): void {
    const away = types.has(to) ? fresh(`${to}.${types.get(to)?.quant ? 'codes' : 'real'}`) : null;
    const change = (name: ValueName | null) => (name === from ? to : name === to ? (away ?? name) : name);
    nodes = nodes.map((node) => ({ ...node, inputs: node.inputs.map(change), outputs: node.outputs.map(change) }));
    for (const [value, held] of codes) codes.set(value, { ...held, name: change(held.name) ?? held.name });
    for (const [value, name] of originals) originals.set(value, change(name) ?? name);
    if (away) types.set(away, typeOf({ ...graph, types }, to));
    types.set(to, typeOf({ ...graph, types }, from));
    types.delete(from);
  }
}
