import onnxProto, { type onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { type ImportOptions, importOnnx } from '../../src/frontend/import-onnx.ts';
import { printGraph } from '../../src/ir/text.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { type Problem, UserError } from '../../src/support/errors.ts';
import { floats, input, ints, type ModelParts, modelBytes, node, writeAttribute } from './proto.ts';

async function text(parts: ModelParts, options: ImportOptions = {}): Promise<string[]> {
  const graph = await importOnnx(modelBytes(parts), options);
  verifyGraph(graph);
  return printGraph(graph)
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/ @.*/, ''));
}

async function problem(parts: ModelParts | Uint8Array, options: ImportOptions = {}): Promise<Problem> {
  try {
    await importOnnx(parts instanceof Uint8Array ? parts : modelBytes(parts), options);
  } catch (error) {
    if (error instanceof UserError) return error.problem;
    throw error;
  }
  throw new Error('nothing was refused');
}

const relu = node('Relu', ['x'], ['y']);

describe('nodes and values', () => {
  it('get types, and dead ones go', async () => {
    const nodes = [node('Relu', ['x'], ['y']), node('NoSuchOperator', ['x'], ['unused'])];
    expect(await text({ nodes })).toEqual(['input x: f32[2,3]', 'y: f32[2,3] = Relu(x)', 'return y']);
  });

  it('are sorted when the file is not', async () => {
    const nodes = [node('Relu', ['a'], ['y']), node('Neg', ['x'], ['a'])];
    expect((await text({ nodes })).slice(1, 3)).toEqual(['a: f32[2,3] = Neg(x)', 'y: f32[2,3] = Relu(a)']);
  });

  it('keep optional inputs as holes', async () => {
    const nodes = [node('Clip', ['x', '', 'max'], ['y'])];
    const lines = await text({ nodes, initializers: [floats('max', [], [6])] });
    expect(lines).toContain('y: f32[2,3] = Clip(x, _, max)');
  });

  it('take Constant nodes of every kind as constants', async () => {
    const nodes = [
      node('Constant', [], ['a'], { value_floats: { floats: [1, 2, 3] } }),
      node('Constant', [], ['b'], { value_float: { float: 0.5 } }),
      node('Constant', [], ['c'], { value: { tensor: floats('', [1], [4]) } }),
      node('Sum', ['x', 'a', 'b', 'c'], ['y']),
    ];
    const lines = await text({ nodes });
    expect(lines.filter((line) => line.startsWith('const'))).toEqual([
      'const a: f32[3] = 1, 2, 3',
      'const b: f32[] = 0.5',
      'const c: f32[1] = 4',
    ]);
  });

  it('take initializers that stand among the inputs as constants', async () => {
    const parts = { nodes: [node('Add', ['x', 'w'], ['y'])], inputs: [input('x', [2, 3]), input('w', [3])] };
    const lines = await text({ ...parts, initializers: [floats('w', [3], [1, 2, 3])] });
    expect(lines[0]).toBe('input x: f32[2,3]');
    expect(lines[1]).toBe('const w: f32[3] = 1, 2, 3');
  });

  it('spell control characters in names out', async () => {
    const nodes = [node('Relu', ['x\0'], ['a\nb"*/'])];
    const lines = await text({ nodes, inputs: [input('x\0', [1])], outputs: ['a\nb"*/'] });
    expect(lines.join()).not.toMatch(/[\0\n]/);
    expect(lines[0]).toContain('x\\\\x0');
  });

  it('infer shapes through computed shapes', async () => {
    const nodes = [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'zero'], ['n']),
      node('Unsqueeze', ['n', 'axes'], ['n1']),
      node('Concat', ['n1', 'rest'], ['target'], { axis: 0 }),
      node('Reshape', ['x', 'target'], ['y']),
    ];
    const initializers = [ints('zero', [], [0]), ints('axes', [1], [0]), ints('rest', [1], [-1])];
    const graph = await importOnnx(modelBytes({ nodes, initializers, inputs: [input('x', [4, 2, 3])] }));
    expect(graph.types.get('y')?.shape).toEqual([4, 6]);
  });

  it('tell a scalar from an unknown rank', async () => {
    const nodes = [node('ReduceSum', ['x', 'axes'], ['y'])];
    const parts = { nodes, inputs: [input('x', [2, 3]), input('axes', [1], 7)] };
    expect(await problem(parts)).toMatchObject({ code: 'UNSUPPORTED', where: "ReduceSum 'ReduceSum:y'" });
    const constants = new Map([['axes', { dtype: 'i64' as const, shape: [1], data: BigInt64Array.of(1n) }]]);
    expect(await text(parts, { constants })).toContain('y: f32[2,1] = ReduceSum(x, axes)');
  });

  it('get shapes from constants that onnxruntime does not look at', async () => {
    const nodes = [node('Compress', ['x', 'c'], ['a'], { axis: 1 }), node('Range', ['zero', 'n', 'one'], ['b'])];
    const c: onnx.ITensorProto = { name: 'c', dims: [3], dataType: 9, int32Data: [1, 0, 1] };
    const initializers = [c, ints('zero', [1], [0]), ints('n', [1], [5]), ints('one', [1], [2])];
    const graph = await importOnnx(modelBytes({ nodes, initializers, outputs: ['a', 'b'] }));
    expect([graph.types.get('a')?.shape, graph.types.get('b')?.shape]).toEqual([[2, 2], [3]]);
  });

  it('are told by their kind, not one by one, when onnxruntime has no kernel for many', async () => {
    const nodes = Array.from({ length: 400 }, (_, i) =>
      node('Max', [i === 0 ? 'x' : `v${i - 1}`, 'w'], [i === 399 ? 'y' : `v${i}`]),
    );
    const w: onnx.ITensorProto = { name: 'w', dims: [3, 1], dataType: 5, int32Data: [1, 2, 3] };
    const graph = await importOnnx(modelBytes({ nodes, inputs: [input('x', [2], 5)], initializers: [w] }));
    expect(graph.types.get('y')).toEqual({ dtype: 'i16', shape: [3, 2], quant: null });
  });

  it('have own types where onnxruntime has no kernel', async () => {
    const nodes = [
      node('Max', ['x', 'w'], ['m']),
      node('Cast', ['m'], ['n'], { to: 26 }),
      node('Cast', ['n'], ['y'], { to: 1 }),
    ];
    const w: onnx.ITensorProto = { name: 'w', dims: [3, 1], dataType: 5, int32Data: [1, 2, 3] };
    const lines = await text({ nodes, inputs: [input('x', [2], 5)], initializers: [w], opset: 25 });
    expect(lines.slice(2)).toEqual([
      'm: i16[3,2] = Max(x, w)',
      'n: i2[3,2] = Cast(m) to=26',
      'y: f32[3,2] = Cast(n) to=1',
      'return y',
    ]);
  });
});

describe('symbolic dimensions', () => {
  const shaped = (...shape: (number | string)[]) => ({ nodes: [relu], inputs: [input('x', shape)] });

  it('are 1 for the batch, and what is given for others', async () => {
    expect((await text(shaped('N', 3)))[0]).toBe('input x: f32[1,3]');
    expect((await text(shaped('N', 3), { batch: 4 }))[0]).toBe('input x: f32[4,3]');
    expect((await text(shaped('N', 'length'), { dimensions: { length: 7 } }))[0]).toBe('input x: f32[1,7]');
    expect((await text(shaped('', 3)))[0]).toBe('input x: f32[1,3]');
  });

  it('are all listed when they have no number', async () => {
    expect(await problem(shaped('N', 'height', 'width'))).toEqual({
      code: 'UNBOUND_DIMENSION',
      message: '2 dimensions have no number',
      because: ["'height': dimension 1 of input 'x'", "'width': dimension 2 of input 'x'"],
      hint: 'give each one a number, for example --dim height=32',
    });
    expect(await problem(shaped('sequence', 3))).toMatchObject({ code: 'UNBOUND_DIMENSION' });
  });

  it('are named where the first axis is no batch after all', async () => {
    const windows = {
      nodes: [node('Unsqueeze', ['x', 'axis'], ['u']), node('Conv', ['u', 'w'], ['y'])],
      inputs: [input('x', [-1])],
      initializers: [floats('w', [1, 1, 3], [1, 2, 3]), ints('axis', [2], [0, 1])],
    };
    expect(await problem(windows)).toMatchObject({
      code: 'UNSUPPORTED',
      because: [expect.stringContaining('no fixed output shape'), "'x:0': no number in the model, taken for the batch"],
      hint: 'if that is no batch, give its number: --dim x:0=32',
    });
    expect(await text(windows, { dimensions: { 'x:0': 20 } })).toContain('y: f32[1,1,18] = Conv(u, w)');
    expect(await problem({ ...windows, inputs: [input('x', [1])] })).toMatchObject({
      hint: expect.stringContaining('fixed shapes'),
    });
  });

  it('are checked', async () => {
    expect(await problem(shaped('N', 3), { dimensions: { M: 2 } })).toMatchObject({
      code: 'BAD_ARGUMENT',
      hint: "its open dimensions are 'N'",
    });
    expect(await problem(shaped('N', 3), { batch: 0 })).toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(await problem(shaped('N', 3), { dimensions: { N: 99_999_999_999 } })).toMatchObject({
      message: "the dimension 'N' cannot be 99999999999",
      hint: 'give a whole number from 1 to 2147483647',
    });
    expect(await problem(shaped(2 ** 40))).toMatchObject({ code: 'BAD_MODEL' });
    expect(await problem(shaped(-7))).toMatchObject({ code: 'BAD_MODEL' });
    expect(await problem({ nodes: [relu], inputs: [input('x', null)] })).toMatchObject({ code: 'UNBOUND_DIMENSION' });
  });
});

describe('local functions', () => {
  const leaky: onnx.IFunctionProto = {
    name: 'Leaky',
    domain: 'mine',
    input: ['a'],
    output: ['b'],
    attribute: ['slope'],
    opsetImport: [{ domain: '', version: 21 }],
    node: [node('Neg', ['a'], ['y']), node('LeakyRelu', ['y'], ['b'], { alpha: { from: 'slope' } })],
  };
  const domains = { mine: 1 };

  it('are inlined with their attributes, and names stay unique', async () => {
    const nodes = [
      node('Leaky', ['x'], ['t'], { slope: { float: 0.25 } }, 'mine'),
      node('Leaky', ['t'], ['y'], {}, 'mine'),
    ];
    expect((await text({ nodes, domains, functions: [leaky] })).slice(1)).toEqual([
      'y.1: f32[2,3] = Neg(x)',
      't: f32[2,3] = LeakyRelu(y.1) alpha=0.25',
      'y.2: f32[2,3] = Neg(t)',
      'y: f32[2,3] = LeakyRelu(y.2)',
      'return y',
    ]);
  });

  it('call each other and pass inputs through', async () => {
    const outer: onnx.IFunctionProto = {
      name: 'Outer',
      domain: 'mine',
      input: ['a', 'rest'],
      output: ['a', 'c'],
      opsetImport: leaky.opsetImport ?? [],
      node: [node('Leaky', ['a'], ['c'], { slope: { float: 0.5 } }, 'mine')],
    };
    const nodes = [node('Outer', ['x'], ['same', 'y'], {}, 'mine')];
    const lines = await text({ nodes, domains, functions: [outer, leaky], outputs: ['same', 'y'] });
    expect(lines).toContain('same: f32[2,3] = Identity(x)');
    expect(lines).toContain('y: f32[2,3] = LeakyRelu(y.1) alpha=0.5');
  });

  it('may leave inputs out', async () => {
    const limit: onnx.IFunctionProto = {
      name: 'Limit',
      domain: 'mine',
      input: ['a', 'low', 'high'],
      output: ['b'],
      opsetImport: leaky.opsetImport ?? [],
      node: [node('Clip', ['a', 'low', 'high'], ['b'])],
    };
    const parts = { domains, functions: [limit], initializers: [floats('six', [], [6])] };
    const nodes = [node('Limit', ['x', '', 'six'], ['t'], {}, 'mine'), node('Limit', ['t'], ['y'], {}, 'mine')];
    const lines = await text({ ...parts, nodes });
    expect(lines.slice(2)).toEqual(['t: f32[2,3] = Clip(x, _, six)', 'y: f32[2,3] = Clip(t)', 'return y']);
  });

  it('may be of another opset than the model', async () => {
    const old: onnx.IFunctionProto = {
      name: 'Old',
      domain: 'mine',
      input: ['a'],
      output: ['c'],
      opsetImport: [{ domain: '', version: 11 }],
      node: [node('Unsqueeze', ['a'], ['b'], { axes: [0] }), node('Squeeze', ['b'], ['c'], { axes: [0] })],
    };
    const parts = {
      domains,
      functions: [old],
      nodes: [node('Old', ['x'], ['t'], {}, 'mine'), node('Relu', ['t'], ['y'])],
    };
    const lines = await text(parts);
    expect(lines.filter((line) => !line.startsWith('const'))).toEqual([
      'input x: f32[2,3]',
      expect.stringMatching(/^b: f32\[1,2,3\] = Unsqueeze\(x, /),
      expect.stringMatching(/^t: f32\[2,3\] = Squeeze\(b, /),
      'y: f32[2,3] = Relu(t)',
      'return y',
    ]);
  });

  it('have default attributes', async () => {
    // attribute_proto (field 11 of the function, field 25 of the model) is newer than onnx-proto.
    const nodes = [node('Leaky', ['x'], ['y'], {}, 'mine')];
    const bytes = withDefault(
      modelBytes({ nodes, domains, functions: [] }),
      leaky,
      writeAttribute('slope', { float: 0.125 }),
    );
    const graph = await importOnnx(bytes);
    expect(printGraph(graph)).toContain('alpha=0.125');
  });

  it('may not call themselves', async () => {
    const endless = { ...leaky, node: [node('Leaky', ['a'], ['b'], {}, 'mine')] };
    const parts = { nodes: [node('Leaky', ['x'], ['y'], {}, 'mine')], domains, functions: [endless] };
    expect(await problem(parts)).toMatchObject({ code: 'BAD_MODEL', message: "function 'Leaky' calls itself" });
  });

  it('may not grow without bound', async () => {
    const functions = Array.from(
      { length: 40 },
      (_, i): onnx.IFunctionProto => ({
        name: `f${i}`,
        domain: 'mine',
        input: ['a'],
        output: ['c'],
        opsetImport: [{ domain: '', version: 21 }],
        node:
          i === 39 ? [] : [node(`f${i + 1}`, ['a'], ['b'], {}, 'mine'), node(`f${i + 1}`, ['b'], ['c'], {}, 'mine')],
      }),
    );
    functions[39].output = ['a'];
    const parts = { nodes: [node('f0', ['x'], ['y'], {}, 'mine')], domains, functions };
    expect(await problem(parts)).toMatchObject({
      code: 'BAD_MODEL',
      message: expect.stringMatching(/more than \d+ nodes/),
    });
  });
});

describe('If', () => {
  const branch = (op: string): onnx.IGraphProto => ({
    name: op,
    node: [node(op, ['x'], ['t']), node('Add', ['t', 'one'], ['r'])],
    output: [{ name: 'r' }],
    initializer: [floats('one', [], [1])],
  });
  const attributes = { then_branch: { graph: branch('Neg') }, else_branch: { graph: branch('Abs') } };
  const flag = (value: number): onnx.ITensorProto => ({ name: 'c', dims: [], dataType: 9, int32Data: [value] });

  it('with a constant condition becomes its branch', async () => {
    for (const [value, op] of [
      [1, 'Neg'],
      [0, 'Abs'],
    ] as const) {
      const lines = await text({ nodes: [node('If', ['c'], ['y'], attributes)], initializers: [flag(value)] });
      expect(lines.slice(2)).toEqual([`t: f32[2,3] = ${op}(x)`, 'y: f32[2,3] = Add(t, one)', 'return y']);
    }
  });

  it('with a condition on shapes becomes its branch', async () => {
    const nodes = [
      node('Shape', ['x'], ['s']),
      node('Size', ['s'], ['rank']),
      node('Equal', ['rank', 'two'], ['c']),
      node('If', ['c'], ['y'], attributes),
    ];
    expect(await text({ nodes, initializers: [ints('two', [], [2])] })).toContain('t: f32[2,3] = Neg(x)');
  });

  it('with a condition on data is both branches and a choice', async () => {
    const parts = { nodes: [node('If', ['c'], ['y'], attributes)], inputs: [input('x', [2, 3]), input('c', [], 9)] };
    expect((await text(parts)).at(-3)).toBe('"If:y.where": f32[2,3] = Where(c, r, r.1)');
  });
});

describe('unsupported models', () => {
  it('are told about completely', async () => {
    const nodes = [
      node('NoSuchOperator', ['x'], ['a']),
      node('Relu', ['x'], ['b']),
      node('Foreign', ['b'], ['c'], {}, 'elsewhere'),
      node('SequenceEmpty', [], ['d']),
      node('Max', ['a', 'c', 'd', 'w'], ['y']),
    ];
    const w: onnx.ITensorProto = { name: 'w', dims: [1], dataType: 17, rawData: new Uint8Array(1) };
    const refused = await problem({ nodes, initializers: [w], domains: { elsewhere: 1 } });
    expect(refused).toMatchObject({
      code: 'UNSUPPORTED',
      message: '4 parts of the model cannot become C',
      because: [
        "NoSuchOperator 'NoSuchOperator:a' (f32[2,3]): the operator is not supported",
        expect.stringMatching(/^Foreign 'Foreign:c' .*'elsewhere'/),
        "SequenceEmpty 'SequenceEmpty:d': sequences and optionals are not supported",
        expect.stringContaining('float8e4m3fn'),
      ],
    });
  });

  it('may have inputs of no use', async () => {
    const strings = input('x', [1], 8);
    expect(await problem({ nodes: [relu], inputs: [strings] })).toMatchObject({
      code: 'UNSUPPORTED',
      because: ["input 'x': element type string is not supported"],
    });
    const sequence = { name: 'x', type: { sequenceType: { elemType: { tensorType: { elemType: 1 } } } } };
    expect(await problem({ nodes: [relu], inputs: [sequence] })).toMatchObject({ code: 'UNSUPPORTED' });
  });
});

describe('broken models', () => {
  const cases: [string, ModelParts | Uint8Array, RegExp][] = [
    ['no bytes', new Uint8Array(), /no graph/],
    ['noise', Uint8Array.from({ length: 99 }, (_, i) => (i * 37) & 255), /cannot be read as ONNX/],
    [
      'a cycle',
      { nodes: [node('Add', ['x', 'b'], ['a']), node('Neg', ['a'], ['b']), node('Neg', ['b'], ['y'])] },
      /cycle/,
    ],
    ['a node that reads itself', { nodes: [node('Add', ['x', 'y'], ['y'])] }, /cycle/],
    ['an undefined value', { nodes: [node('Add', ['x', 'w'], ['y'])] }, /'w', read by Add 'Add:y', is not defined/],
    ['an undefined output', { nodes: [relu], outputs: ['z'] }, /'z', read by the graph outputs/],
    ['two makers of a value', { nodes: [relu, node('Neg', ['x'], ['y'])] }, /'y' is defined twice/],
    [
      'a value made over an input',
      { nodes: [node('Neg', ['x'], ['x'])], outputs: ['x'] },
      /the name 'x' is defined twice/,
    ],
    ['two inputs of one name', { nodes: [relu], inputs: [input('x', [1]), input('x', [1])] }, /defined twice/],
    ['an output listed twice', { nodes: [relu], outputs: ['y', 'y'] }, /listed twice/],
    ['no outputs', { nodes: [relu], outputs: [] }, /no outputs/],
    ['a domain not imported', { nodes: [node('Relu', ['x'], ['y'], {}, 'mine')] }, /does not import/],
    ['opset 0', { nodes: [relu], opset: 0 }, /version/],
    [
      'a shape that does not fit',
      { nodes: [node('Add', ['x', 'w'], ['y'])], initializers: [floats('w', [2], [1, 2])] },
      /refuses a node/,
    ],
    ['an attribute of the wrong kind', { nodes: [node('LeakyRelu', ['x'], ['y'], { alpha: 1 })] }, /cannot become C/],
    ['an unknown attribute', { nodes: [node('Relu', ['x'], ['y'], { nonsense: 1 })] }, /refuses a node/],
    [
      'a shape of 2^31 numbers',
      { nodes: [node('Reshape', ['x', 's'], ['y'])], inputs: [input('x', [2]), input('s', [2 ** 31 - 1], 7)] },
      /out of memory|ends without/,
    ],
    [
      'a computed shape of 2^31 numbers',
      {
        nodes: [
          node('ConstantOfShape', ['n'], ['s']),
          node('Cast', ['s'], ['t'], { to: 7 }),
          node('Expand', ['x', 't'], ['y']),
        ],
        initializers: [ints('n', [1], [2 ** 31 - 1])],
      },
      /out of memory|ends without/,
    ],
    [
      'millions of empty nodes',
      new Uint8Array(2 ** 25).map((_, i) => (i < 5 ? [0x3a, 0xfb, 0xff, 0xff, 0x0f][i] : i % 2 ? 0x0a : 0)),
      /parts/,
    ],
    ['an empty Constant', { nodes: [node('Constant', [], ['y'])] }, /exactly one value/],
  ];
  it('that pad a pool beyond its kernel are told what to write', async () => {
    const pool = node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 2], pads: [2, 0, 2, 0] });
    expect(await problem({ nodes: [pool], inputs: [input('x', [1, 1, 4, 4])] })).toMatchObject({
      code: 'BAD_MODEL',
      hint: expect.stringContaining('write the rest as a Pad'),
    });
  });

  it.each(cases)('%s', async (_, parts, message) => {
    const refused = await problem(parts);
    expect(['BAD_MODEL', 'UNSUPPORTED']).toContain(refused.code);
    expect(refused.message).toMatch(message);
  });

  it('nested beyond measure', async () => {
    let graph: onnx.IGraphProto = { name: 'g', node: [relu], output: [{ name: 'y' }] };
    for (let i = 0; i < 200; i++) {
      graph = { name: 'g', node: [node('If', ['c'], ['y'], { then_branch: { graph } })], output: [{ name: 'y' }] };
    }
    const refused = await problem({ nodes: graph.node ?? [], inputs: [input('c', [], 9)] });
    expect(refused).toMatchObject({ code: 'BAD_MODEL', message: expect.stringContaining('nested') });
  });

  it('may end onnxruntime, but not us, and name the node', async () => {
    const nodes = [
      node('Relu', ['x'], ['r']),
      node('Split', ['r'], ['a', 'b', 'y'], { axis: 1, num_outputs: 2 }),
      node('Neg', ['y'], ['z']),
    ];
    const refused = await problem({ nodes, outputs: ['z', 'a', 'b'], inputs: [input('x', [2, 8])] });
    expect(refused).toMatchObject({ code: 'BAD_MODEL', where: "Split 'Split:a'" });
    expect(await text({ nodes: [relu] })).toContain('y: f32[2,3] = Relu(x)');
  });

  it('speak in the names of the file, without the words of our inner model', async () => {
    const refused = await problem({ nodes: [node('Conv', ['x', 'x'], ['y'])] });
    expect(refused).toMatchObject({ code: 'BAD_MODEL', where: "Conv 'Conv:y'" });
    expect(JSON.stringify(refused)).not.toMatch(/#|onnxruntime_src/);
  });
});

/** The model with one function whose default attribute is appended in the wire format. */
function withDefault(model: Uint8Array, proto: onnx.IFunctionProto, attribute: onnx.IAttributeProto): Uint8Array {
  const bytes = (message: { finish(): Uint8Array }) => message.finish();
  const field = (number: number, body: Uint8Array) => {
    const head = [(number << 3) | 2, body.length].flatMap((n) => (n > 127 ? [(n & 127) | 128, n >> 7] : [n]));
    return Uint8Array.from([...head, ...body]);
  };
  const body = bytes(onnxProto.onnx.FunctionProto.encode({ ...proto, attribute: [] }));
  const extra = field(11, bytes(onnxProto.onnx.AttributeProto.encode(attribute)));
  return Uint8Array.from([...model, ...field(25, Uint8Array.from([...body, ...extra]))]);
}
