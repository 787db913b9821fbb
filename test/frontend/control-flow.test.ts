import type { onnx } from 'onnx-proto';
import { describe, expect, it, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { printGraph } from '../../src/ir/text.ts';
import { UserError } from '../../src/support/errors.ts';
import { input, ints, type ModelParts, modelBytes, node } from './proto.ts';
import { body } from './subgraphs.ts';

const NAMED = [ints('three', [], [3]), ints('many', [], [20_000_000])];
const halve = body(['i', 'c', 'h'], [node('Add', ['h', 'h'], ['t'])], ['c', 't', 't']);
const sum = body(['s', 'e'], [node('Add', ['s', 'e'], ['n'])], ['n', 'n']);

async function ops(parts: ModelParts, capacities?: ReadonlyMap<string, number>): Promise<string[]> {
  const graph = await importOnnx(modelBytes({ initializers: NAMED, ...parts }), { ...(capacities && { capacities }) });
  return printGraph(graph).match(/(?<== )[A-Z]\w*(?=\()/g) ?? [];
}

async function problem(parts: ModelParts): Promise<unknown> {
  return ops(parts).then(
    () => 'it was read',
    (error) => (error instanceof UserError ? error.problem : error),
  );
}

const loop = (inputs: string[], given: { graph: onnx.IGraphProto } = halve, outputs = ['y']): ModelParts => ({
  nodes: [node('Loop', inputs, outputs, { body: given })],
});

test('a condition on how many results there are is no constant', async () => {
  const found = await ops({
    nodes: [
      node('NonZero', ['x'], ['places']),
      node('Shape', ['places'], ['shape'], { start: 1 }),
      node('Greater', ['shape', 'three'], ['more']),
      node('If', ['more'], ['y'], {
        then_branch: body([], [node('Neg', ['x'], ['a'])], ['a']),
        else_branch: body([], [node('Abs', ['x'], ['a'])], ['a']),
      }),
    ],
  });
  expect(found).toEqual(expect.arrayContaining(['Neg', 'Abs', 'Where']));
});

describe('turns', () => {
  test('of a known number are nodes, one behind the other', async () => {
    expect(await ops(loop(['three', '', 'x']))).toEqual(['Add', 'Add', 'Add', 'Identity']);
  });

  test('that a condition on the number of the turn ends are as many', async () => {
    const below = [node('Less', ['i', 'three'], ['on']), node('Add', ['h', 'h'], ['t'])];
    const found = await ops(loop(['', '', 'x'], body(['i', 'c', 'h'], below, ['on', 't'])));
    expect(found.filter((op) => op === 'Add')).toHaveLength(4);
  });

  test('none hand on what the first would get', async () => {
    const parts = { initializers: [ints('none', [], [-2])], ...loop(['none', '', 'x']) };
    expect(await ops(parts)).toEqual(['Identity']);
  });

  test('of a number that is an input want a capacity, and the flag says of what', async () => {
    const inputs = [input('x', [2, 3]), input('m', [], 7)];
    expect(await problem({ ...loop(['m', '', 'x']), inputs })).toMatchObject({
      code: 'UNSUPPORTED',
      because: [expect.stringMatching(/^Loop 'Loop:y' .*: how many turns .* computed; that hangs on input 'm'$/)],
      hint: 'say how many of its turns fit: --capacity y=100, or --constant m=VALUE',
    });
    const found = await ops({ ...loop(['m', '', 'x']), inputs }, new Map([['y', 4]]));
    expect(found.filter((op) => op === 'Where')).toHaveLength(4);
  });
});

describe('what does not fit together is refused:', () => {
  const cases: Record<string, [ModelParts, string, RegExp]> = {
    'a body of other inputs': [loop(['three', '', 'x', 'x']), 'BAD_MODEL', /body has 3 inputs, not 4/],
    'a body of too few outputs': [
      loop(['three', '', 'x'], body(['i', 'c', 'h'], [], ['c'])),
      'BAD_MODEL',
      /body has 1 outputs/,
    ],
    'more outputs than the body has': [loop(['three', '', 'x'], halve, ['y', 'z', 'u']), 'BAD_MODEL', /the node 3/],
    'a name that nothing around it has': [
      loop(['three', '', 'x'], body(['i', 'c', 'h'], [node('Add', ['h', 'gone'], ['t'])], ['c', 't'])),
      'BAD_MODEL',
      /'gone'/,
    ],
    'a body that reads what comes of it': [
      loop(['three', '', 'x'], body(['i', 'c', 'h'], [node('Add', ['h', 'y'], ['t'])], ['c', 't'])),
      'BAD_MODEL',
      /cycle/,
    ],
    'millions of turns': [loop(['many', '', 'x']), 'UNSUPPORTED', /20000000 turns of 1 nodes are more than/],
    'turns without an end': [loop(['', '', 'x']), 'UNSUPPORTED', /does not end it within/],
    'a result of no turns': [
      { initializers: [ints('none', [], [0])], ...loop(['none', '', 'x'], halve, ['y', 'z']), outputs: ['z'] },
      'UNSUPPORTED',
      /makes no turn/,
    ],
    'a count of two': [
      { initializers: [ints('two', [2], [1, 1])], ...loop(['two', '', 'x']) },
      'BAD_MODEL',
      /trip count is not one number/,
    ],
    'a number for a condition': [loop(['three', 'three', 'x']), 'BAD_MODEL', /its condition is i64, not bool/],
    'an axis that there is not': [
      { nodes: [node('Scan', ['x', 'x'], ['y'], { num_scan_inputs: 1, scan_input_axes: [2], body: sum })] },
      'BAD_MODEL',
      /scan_input_axes is 2, of 2 dimensions/,
    ],
    'sequences of two lengths': [
      {
        nodes: [
          node('Scan', ['x', 'x'], ['y'], {
            num_scan_inputs: 2,
            scan_input_axes: [0, 1],
            body: body(['s', 'e'], [node('Neg', ['s'], ['n'])], ['n']),
          }),
        ],
      },
      'BAD_MODEL',
      /2 and 3 elements/,
    ],
    'a Scan of nothing': [{ nodes: [node('Scan', ['x'], ['y'], { body: sum })] }, 'BAD_MODEL', /0 to scan/],
  };

  it.each(Object.entries(cases))('%s', async (_, [parts, code, words]) => {
    const found = await problem(parts);
    expect(found).toMatchObject({ code });
    expect(JSON.stringify(found)).toMatch(words);
  });
});
