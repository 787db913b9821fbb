import onnxProto, { type onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { printGraph } from '../../src/ir/text.ts';
import { UserError } from '../../src/support/errors.ts';
import { floats, input, ints, modelBytes, node } from './proto.ts';

const { FunctionProto, GraphProto, NodeProto } = onnxProto.onnx;

async function lines(bytes: Uint8Array): Promise<string[]> {
  return printGraph(await importOnnx(bytes))
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/ @.*/, ''));
}

/** A field of bytes, shorter than 16 KB, as it stands on the wire. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const varint = (value: number) => (value < 128 ? [value] : [(value & 127) | 128, value >> 7]);
  return Uint8Array.from([...varint((number << 3) | 2), ...varint(bytes.length), ...bytes]);
}

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const utf8 = (text: string) => new TextEncoder().encode(text);

/** The messages of onnx-proto have no overloads: they are written behind the rest. */
const call = (proto: onnx.INodeProto, overload: string) =>
  joined(NodeProto.encode(proto).finish(), field(8, utf8(overload)));
const local = (proto: onnx.IFunctionProto, nodes: Uint8Array[], overload: string) =>
  joined(FunctionProto.encode(proto).finish(), ...nodes.map((bytes) => field(7, bytes)), field(13, utf8(overload)));

function overloaded(nodes: Uint8Array[], functions: Uint8Array[]): Uint8Array {
  const graph = GraphProto.encode({ name: 'g', input: [input('x', [2])], output: [{ name: 'y' }] }).finish();
  const model = modelBytes({ nodes: [], inputs: [], outputs: [], domains: { mine: 1 } });
  const whole = joined(graph, ...nodes.map((bytes) => field(1, bytes)));
  return joined(model, field(7, whole), ...functions.map((bytes) => field(25, bytes)));
}

const twice = { name: 'Op', domain: 'mine', input: ['a'], output: ['b'], opsetImport: [{ domain: '', version: 21 }] };
const adds = local(twice, [NodeProto.encode(node('Add', ['a', 'a'], ['b'])).finish()], '');
const squares = local(twice, [NodeProto.encode(node('Mul', ['a', 'a'], ['b'])).finish()], 'square');

describe('overloads', () => {
  it('tell functions of one name apart', async () => {
    const calls = [
      call(node('Op', ['x'], ['t'], {}, 'mine'), ''),
      call(node('Op', ['t'], ['y'], {}, 'mine'), 'square'),
    ];
    expect(await lines(overloaded(calls, [squares, adds]))).toEqual([
      'input x: f32[2]',
      't: f32[2] = Add(x, x)',
      'y: f32[2] = Mul(t, t)',
      'return y',
    ]);
  });

  it('are found in functions, where one may call another of its own name', async () => {
    const imports = [...twice.opsetImport, { domain: 'mine', version: 1 }];
    const outer = local(
      { ...twice, opsetImport: imports },
      [call(node('Op', ['a'], ['s'], {}, 'mine'), 'square'), call(node('Neg', ['s'], ['b']), '')],
      'negative',
    );
    const calls = [call(node('Op', ['x'], ['y'], {}, 'mine'), 'negative')];
    expect((await lines(overloaded(calls, [squares, outer]))).slice(1, 3)).toEqual([
      expect.stringMatching(/^\S+: f32\[2\] = Mul\(x, x\)$/),
      expect.stringMatching(/^y: f32\[2\] = Neg\(\S+\)$/),
    ]);
  });

  it('are found in branches', async () => {
    const condition = node('Constant', [], ['c'], { value: { tensor: { dims: [], dataType: 9, int32Data: [1] } } });
    const branch = joined(
      GraphProto.encode({ name: 'b', output: [{ name: 'r' }] }).finish(),
      field(1, call(node('Op', ['x'], ['r'], {}, 'mine'), 'square')),
    );
    const attribute = (name: string) =>
      field(5, joined(field(1, utf8(name)), field(6, branch), Uint8Array.from([0xa0, 0x01, 5])));
    const either = joined(
      NodeProto.encode({ opType: 'If', input: ['c'], output: ['y'] }).finish(),
      attribute('then_branch'),
      attribute('else_branch'),
    );
    const bytes = overloaded([NodeProto.encode(condition).finish(), either], [adds, squares]);
    expect(await lines(bytes)).toContain('y: f32[2] = Mul(x, x)');
  });

  it('must differ', async () => {
    const calls = [call(node('Op', ['x'], ['y'], {}, 'mine'), 'square')];
    await expect(importOnnx(overloaded(calls, [squares, squares]))).rejects.toThrow("function 'Op' is defined twice");
    await expect(importOnnx(overloaded(calls, [adds]))).rejects.toThrow('cannot become C');
  });
});

describe('sparse tensors', () => {
  const matmul = node('MatMul', ['x', 'w'], ['y']);
  const sparse = (indices: onnx.ITensorProto, dims = [3, 2], values = floats('w', [2], [5, 7])) => ({
    values,
    indices,
    dims,
  });
  const withInitializer = (tensor: onnx.ISparseTensorProto) => {
    const model = onnxProto.onnx.ModelProto.decode(modelBytes({ nodes: [matmul] }));
    return onnxProto.onnx.ModelProto.encode({
      ...model,
      graph: { ...model.graph, sparseInitializer: [tensor] },
    }).finish();
  };
  const DENSE = 'const w: f32[3,2] = 0, 5, 0, 0, 7, 0';

  it('are written out: coordinates', async () => {
    expect(await lines(withInitializer(sparse(ints('', [2, 2], [0, 1, 2, 0]))))).toContain(DENSE);
  });

  it('are written out: positions, none, as a Constant', async () => {
    expect(await lines(withInitializer(sparse(ints('', [2], [1, 4]))))).toContain(DENSE);
    const none = sparse(ints('', [0], []), [3, 2], floats('w', [0], []));
    expect(await lines(withInitializer(none))).toContain('const w: f32[3,2] = 0, 0, 0, 0, 0, 0');
    const made = node('Constant', [], ['w'], { sparse_value: { sparse: sparse(ints('', [2], [1, 4])) } });
    expect(await lines(modelBytes({ nodes: [made, matmul] }))).toContain(DENSE);
  });

  it.each([
    ['beyond the tensor', sparse(ints('', [2], [1, 6])), /an index of a sparse tensor is 6, of 6/],
    ['beyond an axis', sparse(ints('', [2, 2], [0, 2, 2, 0])), /is 2, of 2/],
    ['twice', sparse(ints('', [2], [4, 4])), /do not ascend/],
    ['too few', sparse(ints('', [1], [4])), /i64\[1\], not i64\[2\]/],
    ['of a huge tensor', sparse(ints('', [2], [1, 4]), [2 ** 20, 2 ** 10]), /too much memory/],
  ])('have indices that fit: %s', async (_, tensor, message) => {
    await expect(importOnnx(withInitializer(tensor))).rejects.toThrow(message);
  });
});

describe('files of another kind', () => {
  const bytes = (text: string) => Buffer.from(text.padEnd(64, '\0'), 'latin1');
  it.each([
    ['\x1c\0\0\0TFL3', 'TensorFlow Lite', 'tf2onnx.convert --tflite'],
    ['\x89HDF\r\n\x1a\n', 'HDF5', 'tf2onnx.convert --keras'],
    ['PK\x03\x04\0\0archive/data.pkl', 'PyTorch', 'torch.onnx.export('],
    ['\x80\x02\x8a\nl\xfc', 'PyTorch', 'torch.onnx.export('],
    ['PK\x03\x04\0\0metadata.json', 'Keras', "format='onnx'"],
    ['\x40\0\0\0\0\0\0\0{"w":', 'safetensors', 'torch.onnx.export('],
    ['\x08\0\0\0ORTM', 'ORT format', 'made from'],
    ['\x93NUMPY', 'NumPy array', '--data'],
    ['version https://git-lfs.github.com/spec/v1', 'Git LFS', 'git lfs pull'],
    ['<!DOCTYPE html>', 'text', 'download the file itself'],
  ])('are known by their first bytes: %j', async (start, name, hint) => {
    const error = await importOnnx(bytes(start)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    const { problem } = error as UserError;
    expect(problem).toMatchObject({ code: 'BAD_MODEL', hint: expect.stringContaining(hint) });
    expect(problem.message).toContain(name);
  });
});

describe('refusals name the true reason', () => {
  const refusal = async (op: string, domain: string, attributes = {}) => {
    const nodes = [node(op, ['x'], ['y'], attributes, domain)];
    const error = await importOnnx(modelBytes({ nodes, domains: { [domain]: 1 } })).catch((caught: unknown) => caught);
    return (error as UserError).problem;
  };

  it('an operator of another domain, whatever its attributes are', async () => {
    const coefficients = { coefficients: { floats: [1, 2] }, post_transform: 'SOFTMAX' };
    expect(await refusal('CategoryMapper', 'ai.onnx.ml', coefficients)).toMatchObject({
      code: 'UNSUPPORTED',
      because: ["CategoryMapper 'CategoryMapper:y' (f32[2,3]): the domain 'ai.onnx.ml' has no such operator here"],
      hint: expect.stringContaining('hummingbird'),
    });
    expect(await refusal('MatMulNBits', 'com.microsoft', { bits: 4 })).toMatchObject({
      because: [expect.stringContaining("the domain 'com.microsoft' has no such operator here")],
      hint: expect.stringContaining('DequantizeLinear'),
    });
    expect((await refusal('DynamicQuantizeLSTM', 'com.microsoft')).hint).toContain('quantize_dynamic');
  });
});
