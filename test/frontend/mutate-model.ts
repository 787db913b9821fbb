import onnxProto, { type onnx } from 'onnx-proto';

const { ModelProto } = onnxProto.onnx;

const NUMBERS = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  16,
  64,
  1000,
  2 ** 16,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 40,
  -1,
  -2,
  -3,
  -(2 ** 31),
  -(2 ** 40),
];

/**
 * One to three edits of a model's meaning, each of which protobuf and our own reader understand: numbers in attributes,
 * dimensions and constants, inputs and outputs of nodes, operators, opsets, inputs made constant. Bytes that are no
 * model come back as they are.
 */
export function mutateModel(bytes: Uint8Array, rng: () => number): Uint8Array {
  let model: onnx.ModelProto;
  try {
    model = ModelProto.decode(bytes);
  } catch {
    return bytes;
  }
  const edits = 1 + Math.floor(rng() * 3);
  for (let i = 0; i < edits; i++) pick(EDITS, rng)(model, rng);
  return ModelProto.encode(model).finish();
}

function pick<T>(items: readonly T[], rng: () => number): T {
  return items[Math.floor(rng() * items.length)];
}

function anyNode(model: onnx.ModelProto, rng: () => number): onnx.INodeProto {
  return pick(model.graph?.node ?? [], rng) ?? {};
}

/** A strange number, or one near the given. */
function number(rng: () => number, near = 1): number {
  return rng() < 0.5 ? pick(NUMBERS, rng) : near + Math.floor(rng() * 5) - 2;
}

const EDITS: readonly ((model: onnx.ModelProto, rng: () => number) => void)[] = [
  editAttribute,
  editAttribute,
  editAttribute,
  (model, rng) => {
    const { attribute } = anyNode(model, rng);
    if (attribute?.length) attribute.splice(Math.floor(rng() * attribute.length), 1);
  },
  (model, rng) => {
    const donor = pick(anyNode(model, rng).attribute ?? [], rng);
    if (donor)
      anyNode(model, rng).attribute?.push({ ...donor, name: pick(['axis', 'group', 'split', 'pads', 'to'], rng) });
  },
  editDimension,
  editDimension,
  freezeInput,
  freezeInput,
  editConstant,
  editConstant,
  (model, rng) => editList(anyNode(model, rng).input, rng, names(model)),
  (model, rng) => editList(anyNode(model, rng).output, rng, ['fresh', '', 'more']),
  (model, rng) => {
    const imported = pick(model.opsetImport, rng);
    if (imported) imported.version = 1 + Math.floor(rng() * 28);
  },
  (model, rng) => {
    const { type } = pick(model.graph?.input ?? [], rng) ?? {};
    if (type?.tensorType) type.tensorType.elemType = Math.floor(rng() * 27);
  },
];

function editAttribute(model: onnx.ModelProto, rng: () => number): void {
  const attribute = pick(anyNode(model, rng).attribute ?? [], rng);
  if (!attribute) return;
  if (attribute.ints?.length) {
    const index = Math.floor(rng() * attribute.ints.length);
    const kind = rng();
    if (kind < 0.25) attribute.ints.push(number(rng));
    else if (kind < 0.4) attribute.ints.splice(index, 1);
    else attribute.ints[index] = number(rng, Number(attribute.ints[index]));
  } else if (attribute.floats?.length) {
    attribute.floats[Math.floor(rng() * attribute.floats.length)] = pick(
      [0, -1, 1e30, Number.NaN, Number.POSITIVE_INFINITY],
      rng,
    );
  } else if (attribute.s?.length) {
    attribute.s = new TextEncoder().encode(
      pick(['', 'linear', 'SAME_UPPER', 'VALID', 'NOTSET', 'cubic', 'reflect', 'ij,jk->ik'], rng),
    );
  } else if (Object.hasOwn(attribute, 'i')) {
    attribute.i = number(rng, Number(attribute.i));
  } else if (Object.hasOwn(attribute, 'f')) {
    attribute.f = pick([0, -1, 0.5, 1e30, Number.NaN], rng);
  }
}

function editDimension(model: onnx.ModelProto, rng: () => number): void {
  const dims = pick(model.graph?.input ?? [], rng)?.type?.tensorType?.shape?.dim;
  if (!dims) return;
  const kind = rng();
  if (kind < 0.2) dims.push({ dimValue: number(rng) });
  else if (kind < 0.4) dims.splice(Math.floor(rng() * dims.length), 1);
  else if (dims.length > 0) dims[Math.floor(rng() * dims.length)] = { dimValue: number(rng, 3) };
}

/** An input becomes a small constant of its type: shapes, axes and the like then reach onnxruntime's inference. */
function freezeInput(model: onnx.ModelProto, rng: () => number): void {
  const input = pick(model.graph?.input?.slice(1) ?? [], rng);
  const { elemType, shape } = input?.type?.tensorType ?? {};
  const dims = (shape?.dim ?? []).map(({ dimValue }) => Number(dimValue ?? 1));
  const count = dims.reduce((product, dimension) => product * dimension, 1);
  if (!input || !model.graph?.initializer || !(count >= 0 && count <= 64)) return;
  const values = Array.from({ length: count }, () => (rng() < 0.7 ? Math.floor(rng() * 4) : number(rng)));
  const tensor: onnx.ITensorProto = { name: input.name ?? '', dims, dataType: elemType ?? 1 };
  if (elemType === 7) tensor.int64Data = values;
  else if (elemType === 1) tensor.floatData = values;
  else tensor.int32Data = values.map((value) => Number(BigInt.asIntN(31, BigInt(Math.trunc(value)))));
  model.graph.initializer.push(tensor);
}

function editConstant(model: onnx.ModelProto, rng: () => number): void {
  const values = pick(model.graph?.initializer ?? [], rng)?.int64Data;
  if (values?.length) values[Math.floor(rng() * values.length)] = number(rng, Number(values[0]));
}

function editList(list: string[] | null | undefined, rng: () => number, choices: readonly string[]): void {
  if (!list) return;
  const kind = rng();
  const index = Math.floor(rng() * list.length);
  if (kind < 0.35) list.push(pick(choices, rng));
  else if (kind < 0.65) list.splice(index, 1);
  else if (list.length > 0) list[index] = pick(choices, rng);
}

function names(model: onnx.ModelProto): string[] {
  return ['', ...(model.graph?.input ?? []).map(({ name }) => name ?? '')];
}
