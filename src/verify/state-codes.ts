import type { Port, Program } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import { createData } from '../ir/tensor.ts';
import type { Graph, Tensor, TypedArray, ValueName } from '../ir/types.ts';
import { realNumbers } from '../quant/real-numbers.ts';
import { must } from '../support/errors.ts';

type States = ReadonlyMap<ValueName, Tensor>;

/** The states of the C after NAME_reset(), by the inputs that they are of the graph. */
export function firstCodes({ states = [] }: Pick<Program, 'states'>): States {
  return new Map(states.map(({ input }) => [input.value, zeros(input)]));
}

function zeros({ type, shape }: Port): Tensor {
  const data = createData(type.dtype, elementCount(shape));
  const zero = type.quant?.zeroPoint[0] ?? 0;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(zero));
  else data.fill(zero);
  return { dtype: type.dtype, shape, data };
}

/** The states after a run that gave these outputs. */
export function nextCodes({ states = [], outputs }: Program, results: readonly TypedArray[]): States {
  return new Map(
    states.map(({ input, output }) => {
      const place = outputs.findIndex(({ value }) => value === output.value);
      return [input.value, { dtype: input.type.dtype, shape: input.shape, data: must(results[place], output.value) }];
    }),
  );
}

/** The same as the user's file takes them: real numbers where its input is no code. */
export function asFileInput(program: Program, states: States, file: Graph): States {
  const ports = new Map(program.states?.map(({ input }) => [input.value, input]));
  return new Map(
    [...states].map(([value, tensor]) => {
      const { type } = must(ports.get(value), value);
      const wanted = file.types.get(value)?.dtype ?? type.dtype;
      if (wanted === tensor.dtype) return [value, tensor];
      const data = Float32Array.from(realNumbers({ ...type, data: tensor.data }, type));
      return [value, { dtype: 'f32', shape: tensor.shape, data }];
    }),
  );
}
