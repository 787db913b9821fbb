import { expect, test } from 'vitest';
import { editGraph } from '../../src/ir/graph.ts';
import { tensorOf } from '../../src/ir/tensor.ts';
import { parseGraph, printGraph } from '../../src/ir/text.ts';

test('a value that replaces a graph output takes its name', () => {
  const edit = editGraph(
    parseGraph(`
    input x: f32[2]
    c: f32[2] = Neg(x)
    d: f32[2] = Exp(c)
    y: f32[2] = Relu(c)
    range c: [-1,1]
    range d: [0,1]
    range y: [0,1]
    return y, d`),
  );
  edit.replaceUses('y', 'c');
  expect(printGraph(edit.finish())).toMatchInlineSnapshot(`
    "input x: f32[2]
    y: f32[2] = Neg(x) @c
    d: f32[2] = Exp(y)
    range y: [-1,1]
    range d: [0,1]
    return y, d"
  `);
});

test('outputs that would become one value stay two, by a copy', () => {
  const edit = editGraph(
    parseGraph(`
    input x: f32[2]
    c: f32[2] = Neg(x)
    y: f32[2] = Identity(c)
    z: f32[2] = Identity(c)
    v: f32[2] = Identity(x)
    return y, z, v, x, w
    const w: f32[2] = 1, 2`),
  );
  edit.replaceUses('y', 'c');
  edit.replaceUses('z', 'c');
  edit.replaceUses('v', 'x');
  edit.replaceUses('w', edit.constant('two', tensorOf('f32', [2], [2, 2])));
  expect(printGraph(edit.finish())).toMatchInlineSnapshot(`
    "input x: f32[2]
    const w: f32[2] = 2, 2
    y: f32[2] = Neg(x) @c
    z: f32[2] = Identity(y)
    v: f32[2] = Identity(x)
    return y, z, v, x, w"
  `);
});

test('the other outputs of a node survive the loss of one', () => {
  const edit = editGraph(
    parseGraph(`
    input x: f32[2]
    c: f32[2] = Neg(x)
    y: f32[2], mask: bool[2] = Dropout(c)
    return y, mask`),
  );
  edit.replaceUses('y', 'c');
  expect(printGraph(edit.finish())).toMatchInlineSnapshot(`
    "input x: f32[2]
    y: f32[2] = Neg(x) @c
    _, mask: bool[2] = Dropout(y) @y
    return y, mask"
  `);
});

test('a draft finds a node whose first output is left out, and takes one output of several away', () => {
  const edit = editGraph(
    parseGraph(`
    input x: f32[2]
    _, a: f32[2] = Split(x)
    _, b: f32[2], c: f32[2] = Split(x)
    return a, b, c`),
  );
  edit.update(edit.graph.nodes[1], { op: 'Other' });
  edit.makeConstant('c', tensorOf('f32', [2], [1, 2]));
  expect(printGraph(edit.finish())).toMatchInlineSnapshot(`
    "input x: f32[2]
    const c: f32[2] = 1, 2
    _, a: f32[2] = Split(x)
    _, b: f32[2], _ = Other(x)
    return a, b, c"
  `);
});
