import { constantOf, firstsOf, isOutput, typeOf } from '../../../ir/graph.ts';
import { bitsOf, dataOf } from '../../../ir/tensor.ts';
import type {
  Annotations,
  Attribute,
  CodeNote,
  DType,
  Graph,
  Node,
  Quant,
  Tensor,
  TensorType,
  ValueName,
} from '../../../ir/types.ts';
import { codeRange } from '../../../quant/affine.ts';
import { must } from '../../../support/errors.ts';
import { dequantizeTensor } from './constant-codes.ts';

/** The graph in real numbers under construction beside the quantized one. */
export interface PlainGraph {
  /** The quantized one. */
  readonly graph: Graph;
  readonly nodes: Node[];
  readonly types: Map<ValueName, TensorType>;
  readonly constants: Map<ValueName, Tensor>;
  fresh(hint: ValueName): ValueName;
  constant(hint: ValueName, tensor: Tensor): ValueName;
  /** Adds a node with one output. */
  node(
    op: string,
    inputs: readonly ValueName[],
    hint: ValueName,
    type: Omit<TensorType, 'quant'>,
    attributes?: Readonly<Record<string, Attribute>>,
  ): ValueName;
  /** The integers that are the codes of a value of the quantized graph. */
  integers(value: ValueName): ValueName;
  /** A value of the quantized graph as real numbers; its codes are dequantized once. */
  real(value: ValueName): ValueName;
  /** The real numbers that a constant of codes stands for, as a constant. */
  realConstant(value: ValueName): ValueName;
  /** The name of a value before it is rounded to codes. */
  beforeRounding(value: ValueName): ValueName;
  /** Makes the codes of a value from real numbers. */
  quantize(real: ValueName, value: ValueName): void;
  /** Makes the codes of a value once more, from what they stand for. */
  requantize(value: ValueName, output: ValueName): void;
  /** Says that a value is computed in real numbers, whatever stands around it. */
  staysReal(value: ValueName): void;
  annotations(): Annotations;
}

export function startPlainGraph(graph: Graph): PlainGraph {
  const nodes: Node[] = [];
  const types = new Map([...graph.types].filter(([, { quant }]) => !quant));
  const constants = new Map([...graph.constants].filter(([value]) => !typeOf(graph, value).quant));
  const integers = new Map<ValueName, ValueName>();
  const reals = new Map<ValueName, ValueName>();
  const notes = new Map<ValueName, CodeNote>();
  const real = new Set<ValueName>();
  const firsts = firstsOf(graph);
  const taken = new Set(graph.types.keys());
  const borders = new Set([...graph.inputs, ...graph.outputs]);
  /** What the graph itself dequantizes, by its codes. */
  const decoded = new Map<ValueName, ValueName>();
  for (const { op, inputs, outputs } of graph.nodes) {
    const [x, real] = [inputs[0], outputs[0]];
    if (op === 'DequantizeLinear' && x && real && typeOf(graph, x).quant && !decoded.has(x)) decoded.set(x, real);
  }

  const plain: PlainGraph = {
    graph,
    nodes,
    types,
    constants,
    fresh(hint) {
      let name = hint;
      for (let i = 1; taken.has(name); i++) name = `${hint}.${i}`;
      taken.add(name);
      return name;
    },
    constant(hint, tensor) {
      const name = plain.fresh(hint);
      constants.set(name, tensor);
      types.set(name, { dtype: tensor.dtype, shape: tensor.shape, quant: null });
      return name;
    },
    node(op, inputs, hint, type, attributes = {}) {
      const output = plain.fresh(hint);
      add(op, inputs, output, type, attributes);
      return output;
    },
    integers(value) {
      const name = integers.get(value) ?? integersOf(value);
      integers.set(value, name);
      return name;
    },
    real(value) {
      const { shape, quant } = typeOf(graph, value);
      if (!quant) return value;
      let name = reals.get(value);
      if (name === undefined) {
        const inputs = [plain.integers(value), ...parametersOf(value, quant)];
        name = realName(value);
        add('DequantizeLinear', inputs, name, { dtype: 'f32', shape }, axisOf(quant));
        reals.set(value, name);
      }
      return name;
    },
    realConstant(value) {
      const tensor = must(constantOf(graph, value), value);
      return plain.constant(`${stem(value)}.real`, dequantizeTensor(tensor, must(typeOf(graph, value).quant, value)));
    },
    beforeRounding(value) {
      const { shape, quant } = typeOf(graph, value);
      if (!quant) return value;
      const name = plain.fresh(`${value}.real`);
      types.set(name, { dtype: 'f32', shape, quant: null });
      return name;
    },
    quantize(real, value) {
      addQuantize(real, value, plain.integers(value));
    },
    requantize: (value, output) => addQuantize(plain.real(value), value, output),
    staysReal: (value) => void real.add(value),
    annotations: () => ({
      codesAtBorders: [...borders].some((value) => typeOf(graph, value).quant !== null),
      codes: notes,
      real,
    }),
  };
  return plain;

  function add(
    op: string,
    inputs: readonly ValueName[],
    output: ValueName,
    { dtype, shape }: Omit<TensorType, 'quant'>,
    attributes: Readonly<Record<string, Attribute>>,
  ): void {
    types.set(output, { dtype, shape, quant: null });
    nodes.push({ op, domain: '', name: output, inputs, outputs: [output], attributes, clip: null });
  }

  function addQuantize(real: ValueName, value: ValueName, output: ValueName): void {
    const { dtype, shape, quant } = typeOf(graph, value);
    const { bits } = must(quant, value);
    const inputs = [real, ...parametersOf(value, must(quant, value))];
    if (bits === bitsOf(dtype)) return add('QuantizeLinear', inputs, output, { dtype, shape }, {});
    // Codes of fewer bits saturate earlier.
    const saturated = plain.node('QuantizeLinear', inputs, `${output}.unclipped`, { dtype, shape });
    const { min, max } = codeRange(bits);
    const bounds = [min, max].map((bound, i) =>
      plain.constant(`${output}.${i === 0 ? 'min' : 'max'}`, { dtype, shape: [], data: dataOf(dtype, [bound]) }),
    );
    add('Clip', [saturated, ...bounds], output, { dtype, shape }, {});
  }

  function integersOf(value: ValueName): ValueName {
    const { dtype, shape, quant } = typeOf(graph, value);
    const tensor = constantOf(graph, value);
    const name = tensor
      ? own(value, dtype === 'i32' ? `${stem(value)}.quantized` : stem(value))
      : borders.has(value)
        ? plain.fresh(`${value}.codes`)
        : value;
    types.set(name, { dtype, shape, quant: null });
    if (tensor) constants.set(name, tensor);
    note(name, must(quant, value), dtype);
    if (firsts.has(value)) notes.set(name, { ...notes.get(name), first: true });
    return name;
  }

  function note(name: ValueName, { format, bits }: Quant, dtype: DType): void {
    const fewer = bits < bitsOf(dtype);
    if (format !== undefined || fewer)
      notes.set(name, { ...(format !== undefined && { format }), ...(fewer && { bits }) });
  }

  /** Of codes at an output: its own name. Of a bias: the name that its codes are called after. */
  function realName(value: ValueName): ValueName {
    const known = decoded.get(value);
    if (known !== undefined) return known;
    if (isOutput(graph, value) && !graph.inputs.includes(value)) return value;
    const bias = constantOf(graph, value)?.dtype === 'i32';
    return bias ? own(value, stem(value)) : plain.fresh(`${stem(value)}.dequantized`);
  }

  /** The hint itself where it is the value's name, which nothing else bears in the new graph. */
  function own(value: ValueName, hint: ValueName): ValueName {
    return hint === value ? value : plain.fresh(hint);
  }

  /** int32 codes have no zero point. */
  function parametersOf(value: ValueName, { scale, zeroPoint, axis }: Quant): ValueName[] {
    const { dtype } = typeOf(graph, value);
    const shape = axis === null ? [] : [scale.length];
    const hint = constantOf(graph, value) ? stem(value) : value;
    const steps = plain.constant(`${hint}.scale`, { dtype: 'f32', shape, data: Float32Array.from(scale) });
    if (dtype === 'i32') return [steps];
    return [steps, plain.constant(`${hint}.zero_point`, { dtype, shape, data: dataOf(dtype, zeroPoint) })];
  }
}

/** The codes of 'w' are called 'w.codes' by import, 'w.codes.int4.1' by passes that encode them anew. */
function stem(value: ValueName): ValueName {
  return value.replace(/(?<=.)\.codes(\..*)?$/, '');
}

function axisOf({ axis }: Quant): Readonly<Record<string, Attribute>> {
  return axis === null ? {} : { axis };
}
