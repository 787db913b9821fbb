import onnxProto, { type onnx } from 'onnx-proto';

const { AttributeProto, ModelProto } = onnxProto.onnx;
const Kind = AttributeProto.AttributeType;

/** Protobuf models for tests, legal or not. */
export interface ModelParts {
  readonly nodes: onnx.INodeProto[];
  readonly inputs?: onnx.IValueInfoProto[];
  readonly outputs?: string[];
  readonly initializers?: onnx.ITensorProto[];
  readonly functions?: onnx.IFunctionProto[];
  readonly opset?: number;
  readonly domains?: Readonly<Record<string, number>>;
}

export function modelBytes(parts: ModelParts): Uint8Array {
  const { nodes, inputs = [input('x', [2, 3])], outputs = ['y'], opset = 21, domains = {} } = parts;
  return ModelProto.encode({
    irVersion: 10,
    opsetImport: [
      { domain: '', version: opset },
      ...Object.entries(domains).map(([domain, version]) => ({ domain, version })),
    ],
    graph: {
      name: 'test',
      node: nodes,
      input: inputs,
      output: outputs.map((name) => ({ name })),
      initializer: parts.initializers ?? [],
    },
    functions: parts.functions ?? [],
  }).finish();
}

export function input(name: string, shape: readonly (number | string)[] | null, elemType = 1): onnx.IValueInfoProto {
  const dim = shape?.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType, ...(dim && { shape: { dim } }) } } };
}

export function node(
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain = '',
): onnx.INodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => writeAttribute(name, value));
  return { opType: op, input: inputs, output: outputs, name: `${op}:${outputs[0]}`, domain, attribute };
}

type AttributeValue =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: number[] }
  | { readonly tensor: onnx.ITensorProto }
  | { readonly sparse: onnx.ISparseTensorProto }
  | { readonly graph: onnx.IGraphProto }
  | { readonly from: string };

/** Plain numbers are ints; `from` refers to an attribute of the enclosing function. */
export function writeAttribute(name: string, value: AttributeValue): onnx.IAttributeProto {
  if (typeof value === 'number') return { name, type: Kind.INT, i: value };
  if (typeof value === 'string') return { name, type: Kind.STRING, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: Kind.FLOAT, f: value.float };
  if ('floats' in value) return { name, type: Kind.FLOATS, floats: value.floats };
  if ('tensor' in value) return { name, type: Kind.TENSOR, t: value.tensor };
  if ('sparse' in value) return { name, type: Kind.SPARSE_TENSOR, sparseTensor: value.sparse };
  if ('graph' in value) return { name, type: Kind.GRAPH, g: value.graph };
  if ('from' in value) return { name, type: Kind.FLOAT, refAttrName: value.from };
  return { name, type: Kind.INTS, ints: [...value] };
}

export function floats(name: string, dims: number[], floatData: number[]): onnx.ITensorProto {
  return { name, dims, dataType: 1, floatData };
}

export function ints(name: string, dims: number[], int64Data: number[]): onnx.ITensorProto {
  return { name, dims, dataType: 7, int64Data };
}
