import { writeModel } from '../../src/frontend/onnx-writer.ts';
import { elementCount } from '../../src/ir/shape.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import type { Attribute, DType, Node, Shape, Tensor, ValueName } from '../../src/ir/types.ts';
import { integerRange } from '../../src/numerics/dtype.ts';
import { createRng } from '../../src/numerics/rng.ts';

type FileNode = Omit<Node, 'clip'>;

/** What a small ONNX file is made of; the types of inner values are onnxruntime's to find. */
export interface FileSpec {
  readonly inputs: Readonly<Record<ValueName, readonly [DType, Shape]>>;
  readonly outputs: readonly ValueName[];
  readonly constants: Readonly<Record<ValueName, Tensor>>;
  readonly nodes: readonly FileNode[];
  readonly opset?: number;
}

export function onnxFile({ inputs, outputs, constants, nodes, opset }: FileSpec): Uint8Array {
  return writeModel({
    name: 'test',
    nodes,
    inputs: Object.entries(inputs).map(([name, [dtype, shape]]) => ({ name, type: { dtype, shape } })),
    outputs: outputs.map((name) => ({ name, type: null })),
    constants: new Map(Object.entries(constants)),
    ...(opset !== undefined && { opset }),
  });
}

/** 'y = Conv(x, w, b)' with attributes; '_' is an input left out, 'ms.QLinearAdd' an operator of com.microsoft. */
export function node(text: string, attributes: Record<string, Attribute> = {}): FileNode {
  const [, outputs, ms, op, inputs] = /^(.*?)\s*=\s*(ms\.)?(\w+)\((.*)\)$/.exec(text)!;
  const names = (list: string) => list.split(',').map((name) => name.trim());
  const left = names(outputs!);
  return {
    op: op!,
    domain: ms ? 'com.microsoft' : '',
    name: left[0]!,
    inputs: names(inputs!).map((name) => (name === '_' ? null : name)),
    outputs: left,
    attributes,
  };
}

export const f32 = (...values: number[]): Tensor => tensorOf('f32', values.length === 1 ? [] : [values.length], values);
export const u8 = (...values: number[]): Tensor => tensorOf('u8', values.length === 1 ? [] : [values.length], values);
export const i8 = (...values: number[]): Tensor => tensorOf('i8', values.length === 1 ? [] : [values.length], values);
export const i64 = (...values: number[]): Tensor => tensorOf('i64', [values.length], values);

/** Every code of the type is as likely, or every number between -1 and 1. */
export function random(dtype: DType, shape: Shape, seed = 1, range = integerRange(dtype)): Tensor {
  const rng = createRng(seed);
  const values = Array.from({ length: elementCount(shape) }, () =>
    range ? rng.int(range.min, range.max) : rng.uniform() * 2 - 1,
  );
  return tensorOf(dtype, shape, values);
}

/** Feeds for every input of a file. */
export function randomFeeds({ inputs }: FileSpec, count: number): Map<ValueName, Tensor>[] {
  return Array.from({ length: count }, (_, i) => {
    return new Map(
      Object.entries(inputs).map(([name, [dtype, shape]], k) => [name, random(dtype, shape, 100 * i + k + 1)]),
    );
  });
}
