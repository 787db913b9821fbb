import { broadcastShape } from '../../ir/shape.ts';
import type { DType, Node, Shape, TensorType, ValueName } from '../../ir/types.ts';
import { int64s } from '../../numerics/dtype.ts';
import type { UpgradeBuilder } from '../op-def.ts';
import { ONNX_F32 } from '../support/oracle.ts';
import { scalar } from '../support/upgrade.ts';

export interface Value {
  readonly name: ValueName;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Writes an operator down as a formula in those of ONNX, value by value. */
export class Spelling {
  constructor(private readonly upgrade: UpgradeBuilder) {}

  /** An input of the node. */
  given(node: Node, index: number): Value {
    const name = node.inputs[index]!;
    const { dtype, shape } = this.typeOf(name);
    return { name, dtype, shape };
  }

  /** The same as float32: estimators of other types compute in it as well. */
  input(node: Node, index = 0): Value {
    const given = this.given(node, index);
    const { dtype, shape } = given;
    return dtype === 'f32' ? given : this.node('Cast', [given], shape, { to: ONNX_F32 });
  }

  /** Features of trees, which compare: those of double precision would lose what tells two apart. */
  features(node: Node): Value {
    const { dtype, shape } = this.given(node, 0);
    if (dtype === 'f64') return this.upgrade.refuse('features of double precision are not supported');
    const x = this.input(node);
    return shape.length === 1 ? this.node('Reshape', [x, this.ints([1, shape[0]])], [1, shape[0]]) : x;
  }

  number(value: number): Value {
    return { name: scalar(this.upgrade, 'f32', value), dtype: 'f32', shape: [] };
  }

  integer(value: number): Value {
    return { name: scalar(this.upgrade, 'i64', value), dtype: 'i64', shape: [] };
  }

  floats(values: readonly number[], shape: Shape = [values.length]): Value {
    return { name: this.upgrade.constant('f32', shape, Float32Array.from(values)), dtype: 'f32', shape };
  }

  ints(values: readonly number[]): Value {
    const shape = [values.length];
    return { name: this.upgrade.constant('i64', shape, int64s(values)), dtype: 'i64', shape };
  }

  /** Element by element, with broadcasting: a truth, or of the last input's type. */
  each(op: string, ...inputs: readonly Value[]): Value {
    const shape = inputs.map((input) => input.shape).reduce((a, b) => broadcastShape(a, b));
    return this.node(op, inputs, shape, {}, COMPARES.has(op) ? 'bool' : inputs.at(-1)!.dtype);
  }

  /** One number in that shape. */
  filled(shape: Shape, value: Value): Value {
    return this.node('Expand', [value, this.ints(shape)], shape, {}, value.dtype);
  }

  /** Along the last axis, which becomes 1. */
  reduce(op: string, x: Value): Value {
    return this.node(op, [x, this.ints([-1])], withColumns(x, 1));
  }

  node(
    op: string,
    inputs: readonly Value[],
    shape: Shape,
    attributes: Node['attributes'] = {},
    dtype: DType = 'f32',
    name?: ValueName,
    domain?: string,
  ): Value {
    const type = { dtype, shape, quant: null };
    const names = inputs.map((input) => input.name);
    return { name: this.upgrade.node(op, names, attributes, type, name, domain), dtype, shape };
  }

  /** Further outputs of the node, as these values; then the node that gives the first one. */
  become(node: Node, first: Value, ...others: readonly Value[]): Node {
    for (const [i, { dtype, shape, ...value }] of others.entries()) {
      const output = node.outputs[i + 1];
      if (output != null) this.node('Identity', [{ ...value, dtype, shape }], shape, {}, dtype, output);
    }
    return {
      ...node,
      op: 'Identity',
      domain: '',
      inputs: [first.name],
      outputs: node.outputs.slice(0, 1),
      attributes: {},
    };
  }

  private typeOf(name: ValueName): TensorType {
    return this.upgrade.type(name) ?? this.upgrade.refuse(`the type of '${name}' is not known`);
  }
}

const COMPARES = new Set(['Greater', 'Less', 'LessOrEqual', 'Equal', 'IsNaN']);

/** The shape of rows with as many elements. */
export function withColumns({ shape }: Value, columns: number): Shape {
  return [...shape.slice(0, -1), columns];
}
