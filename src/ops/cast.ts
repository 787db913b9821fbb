import { elementCount } from '../ir/shape.ts';
import { bitsOf } from '../ir/tensor.ts';
import type { DType, Node } from '../ir/types.ts';
import { bytesPerElement } from '../numerics/dtype.ts';
import type { LowerBuilder, OpDef } from './op-def.ts';
import { cType } from './support/c-text.ts';
import { elementwise } from './support/elementwise-rules.ts';
import { lowerPointwise } from './support/pointwise.ts';
import { inputs } from './support/rules.ts';
import { isReal, isSigned, kernelSuffix, mathCall } from './support/scalar.ts';

export const cast: OpDef = {
  op: 'Cast',
  summary: 'Another element type; floats truncate to integers (and round to those of 4 and 2 bits), integers wrap.',
  check: elementwise(1),
  lower: lowerCast,
};

export const castLike: OpDef = {
  op: 'CastLike',
  summary: 'Cast to the element type of the second input.',
  check: [inputs(2)],
  lower: lowerCast,
};

function lowerCast(node: Node, lower: LowerBuilder): void {
  const from = lower.type(node.inputs[0]).dtype;
  const to = lower.type(node.outputs[0]).dtype;
  if (from === 'string' || to === 'string') return lower.refuse('strings are not supported');
  lowerPointwise(node, lower, { title: `${node.op} ${from} to ${to}`, expression: castText(from, to), inputs: [0] });
}

/** The element `a` of type `from` as a C expression of type `to`. As in onnxruntime, floats are rounded to types of less than 8 bits. */
export function castText(from: DType, to: DType): string {
  if (from === to) return 'a';
  if (isHalf(from)) return castText('f32', to).replace(/\ba\b/g, `nn_${from}_to_f32(a)`);
  if (isHalf(to)) return `nn_f32_to_${to}(${from === 'f32' ? 'a' : '(float)a'})`;
  if (to === 'bool') return '(uint8_t)(a != 0)';
  if (isReal(to)) return `(${cType(to)})a`;
  const real = bitsOf(to) < 8 ? mathCall(from, 'round', 'a') : 'a';
  const whole = isReal(from) ? `nn_${from}_to_${bitsOf(to) < 32 ? 's32' : kernelSuffix(to)}(${real})` : 'a';
  return bitsOf(to) < 8 ? wrapped(to, whole) : `(${cType(to)})${whole}`;
}

function isHalf(dtype: DType): boolean {
  return dtype === 'f16' || dtype === 'bf16';
}

/** The low bits, sign-extended for i4 and i2: (x & 15 ^ 8) - 8. */
function wrapped(to: DType, whole: string): string {
  const mask = 2 ** bitsOf(to) - 1;
  const sign = 2 ** (bitsOf(to) - 1);
  const low = `(int32_t)((uint32_t)${whole} & ${mask}u)`;
  return isSigned(to) ? `(int8_t)((${low} ^ ${sign}) - ${sign})` : `(uint8_t)${low}`;
}

export const bitCast: OpDef = {
  op: 'BitCast',
  summary: 'The same bits read as another element type of the same size.',
  check: [inputs(1)],
  lower(node, lower) {
    const x = lower.read(0, 'any');
    if (bytesPerElement(x.type.dtype) !== bytesPerElement(lower.type(node.outputs[0]).dtype)) {
      return lower.refuse('only element types of one size are supported');
    }
    const y = lower.write(0, x.storage);
    const bytes = elementCount(y.shape) * bytesPerElement(y.type.dtype);
    lower.call({
      template: 'copy_bytes',
      params: { x: x.name, y: y.name, bytes },
      summary: `BitCast ${x.type.dtype} to ${y.type.dtype}, ${bytes} bytes`,
    });
  },
};
