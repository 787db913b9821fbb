import { expect, test } from 'vitest';
import { inspectModel } from '../../src/report/inspect.ts';
import { renderInspection } from '../../src/report/render-inspection.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { floats, modelBytes, node } from '../frontend/proto.ts';

/** 6 weights in an initializer, 2 in a Constant, 3 as a list, 4 in each branch of an If that the data decide. */
test('parameters are counted wherever they stand in the file', async () => {
  const branch = (op: string) => ({
    graph: {
      name: op,
      node: [
        node('Constant', [], [`w${op}`], { value: { tensor: floats('', [4], [1, 2, 3, 4]) } }),
        node(op, [`w${op}`], [`r${op}`]),
      ],
      output: [{ name: `r${op}` }],
    },
  });
  const nodes = [
    node('Constant', [], ['a'], { value: { tensor: floats('', [2, 1], [1, 2]) } }),
    node('Constant', [], ['b'], { value_floats: { floats: [1, 2, 3] } }),
    node('Sum', ['x', 'i', 'a', 'b'], ['y']),
    node('ReduceMax', ['x'], ['m'], { keepdims: 0 }),
    node('Cast', ['m'], ['c'], { to: 9 }),
    node('If', ['c'], ['z'], { then_branch: branch('Neg'), else_branch: branch('Abs') }),
  ];
  const initializers = [floats('i', [2, 3], [1, 2, 3, 4, 5, 6])];
  const model = modelBytes({ nodes, initializers, outputs: ['y', 'z'] });
  const inspection = await inspectModel({ model, name: 'm', target: await loadTarget('host') }, []);
  expect(inspection).toMatchObject({ parameters: 6 + 2 + 3 + 4 + 4, parameterBytes: 76 });
  expect(inspection.problems).toEqual([]);
});

test('operators that stay in float in an int8 model are named, with the reason', async () => {
  const nodes = [
    node('Hardmax', ['x'], ['a'], { axis: 1 }),
    node('Softmax', ['a'], ['y'], { axis: 1 }),
    node('CumSum', ['y', 'k'], ['z']),
  ];
  const initializers = [{ name: 'k', dims: [], dataType: 7, int64Data: [1] }];
  const model = modelBytes({ nodes, initializers, outputs: ['z'] });
  const inspection = await inspectModel({ model, name: 'm', target: await loadTarget('host') }, []);
  expect(inspection.inFloat.map(({ op, count }) => [op, count])).toEqual([
    ['CumSum', 1],
    ['Hardmax', 1],
  ]);
  expect(renderInspection('m', inspection)).toContain(
    'CumSum 1x, about 144 instructions with an FPU, 1,920 without: a running result',
  );
});
