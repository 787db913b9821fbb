import type { onnx } from 'onnx-proto';
import onnxProto from 'onnx-proto';
import { fields, lastField, textField } from '../wire-fields.ts';

/** Field numbers of onnx.proto. */
const MODEL_GRAPH = 7;
const MODEL_FUNCTIONS = 25;
const FUNCTION_NODE = 7;
const FUNCTION_ATTRIBUTE_PROTO = 11;
const FUNCTION_OVERLOAD = 13;
const GRAPH_NODE = 1;
const NODE_ATTRIBUTE = 5;
const NODE_OVERLOAD = 8;
const ATTRIBUTE_GRAPH = 6;

/** Deeper graphs are refused when they are decoded. */
const MAX_DEPTH = 64;

/**
 * What came after the messages of onnx-proto were generated, read from the wire format: default attributes of functions
 * (IR version 9) and overloads, several functions of one name (IR version 10).
 */
export interface FunctionFields {
  readonly overload: string;
  readonly defaults: readonly onnx.IAttributeProto[];
  readonly nodes: readonly NodeFields[];
}

export interface NodeFields {
  /** Which of the functions of one name is called; '' for operators. */
  readonly overload: string;
  /** The nodes of the graph that an attribute holds, by the attribute's place. */
  readonly graphs: readonly (readonly NodeFields[])[];
}

/** Nearly all nodes are like this; a node that is not listed is, too. */
export const NO_FIELDS: NodeFields = { overload: '', graphs: [] };

/** Of every local function, in file order. */
export function functionFields(model: Uint8Array): FunctionFields[] {
  return Array.from(fields(model, MODEL_FUNCTIONS), (bytes) => ({
    overload: textField(bytes, FUNCTION_OVERLOAD),
    defaults: Array.from(fields(bytes, FUNCTION_ATTRIBUTE_PROTO), (proto) =>
      onnxProto.onnx.AttributeProto.decode(proto),
    ),
    nodes: Array.from(fields(bytes, FUNCTION_NODE), (node) => nodeFields(node, 0)),
  }));
}

/** Of every node of the model's graph. */
export function graphFields(model: Uint8Array): NodeFields[] {
  return nodesOf(lastField(model, MODEL_GRAPH), 0);
}

function nodesOf(graph: Uint8Array | null, depth: number): NodeFields[] {
  return graph && depth < MAX_DEPTH ? Array.from(fields(graph, GRAPH_NODE), (node) => nodeFields(node, depth)) : [];
}

function nodeFields(node: Uint8Array, depth: number): NodeFields {
  const overload = textField(node, NODE_OVERLOAD);
  const graphs = Array.from(fields(node, NODE_ATTRIBUTE), (attribute) =>
    nodesOf(lastField(attribute, ATTRIBUTE_GRAPH), depth + 1),
  );
  return overload === '' && graphs.every(({ length }) => length === 0) ? NO_FIELDS : { overload, graphs };
}
