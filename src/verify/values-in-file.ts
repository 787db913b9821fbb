import { originOf, typeOf } from '../ir/graph.ts';
import type { DType, Graph, Tensor, TensorType, TypedArray, ValueName } from '../ir/types.ts';
import { toFloat32Array } from '../numerics/convert.ts';
import { fromFloat16Bits, toFloat16Bits } from '../numerics/float16.ts';
import { asInFile } from './code-meter.ts';
import type { Inference } from './file-verdict.ts';
import { isRoundedTo } from './rounded-to.ts';

/** A value of the C, as the file calls and holds it. */
export interface InFile extends Pick<Tensor, 'dtype' | 'shape'> {
  readonly name: ValueName;
}

/** By their names in the graph. */
export type ValuesInFile = ReadonlyMap<ValueName, InFile>;

/** Those of `values` that the file has too, as it holds them and onnxruntime's interface takes them. */
export function valuesInFile(graph: Graph, imported: Graph, values: Iterable<ValueName>): Map<ValueName, InFile> {
  const found = new Map<ValueName, InFile>();
  for (const value of values) {
    const name = originOf(graph, value);
    const type = imported.types.get(name);
    if (type && isSame(graph, value, type) && meansTheSame(graph, value, imported, name))
      found.set(value, { name, dtype: type.dtype, shape: type.shape });
  }
  return found;
}

/** Whether the value of the graph is that of the file, as itself or in codes. */
function isSame(graph: Graph, value: ValueName, { dtype, shape }: TensorType): boolean {
  const own = typeOf(graph, value);
  const codes = own.quant?.scale.length === 1 && ['f32', 'i8', 'u8', 'i16', 'u16'].includes(dtype);
  const fits = own.quant ? codes : dtype === own.dtype || (own.dtype === 'f32' && dtype === 'f16');
  return fits && shape.join() === own.shape.join();
}

/** Real numbers of the file that are codes in the C are the same only where all their readers round them to these codes. */
function meansTheSame(graph: Graph, value: ValueName, imported: Graph, name: ValueName): boolean {
  const { dtype, quant } = typeOf(graph, value);
  if (!quant || typeOf(imported, name).dtype !== 'f32') return true;
  return isRoundedTo(imported, name, { dtype, quant });
}

/** What the C computed, as the file holds it. */
export function fileTensor(graph: Graph, value: ValueName, { dtype, shape }: InFile, data: TypedArray): Tensor {
  const own = typeOf(graph, value);
  if (own.quant) return asInFile(data, { dtype: own.dtype, quant: own.quant }, { dtype, shape });
  return { dtype, shape, data: dtype === own.dtype ? data : Uint16Array.from(data as Float32Array, toFloat16Bits) };
}

/** What the file computed, as the graph has it. */
export function graphData(tensor: Tensor, dtype: DType): TypedArray {
  return tensor.dtype === 'f16' && dtype === 'f32' ? toFloat32Array(tensor) : tensor.data;
}

export function holdsHalves(given: ValuesInFile): boolean {
  return [...given.values()].some(({ dtype }) => dtype === 'f16');
}

/** With real numbers that the file holds in float16 rounded to it. */
export function asHeld(given: ValuesInFile, { values, ...inference }: Inference): Inference {
  const rounded = (value: ValueName, data: TypedArray) =>
    given.get(value)?.dtype === 'f16' && data instanceof Float32Array
      ? data.map((x) => fromFloat16Bits(toFloat16Bits(x)))
      : data;
  return { ...inference, values: new Map([...values].map(([value, data]) => [value, rounded(value, data)])) };
}
