import { expect, it } from 'vitest';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { parseGraph } from '../../src/ir/text.ts';

/** Graphs that no import lets through: lowering itself does not trust them. */
it.each([
  ['weights of a Conv', 'const w: f32[2,2,1,1] = 1, 2, 3, 4', 'Conv(x, w)'],
  ['bias of a Conv', 'const w: f32[2,1,1,1] = 1, 2\nconst b: f32[3] = 1, 2, 3', 'Conv(x, w, b)'],
  ['statistics', 'const w: f32[2] = 1, 2', 'BatchNormalization(x, w, w, w, w)'],
])('a table is never of another length than its kernel reads: %s', (_, constants, call) => {
  const graph = parseGraph(`graph g\ninput x: f32[1,1,2,2]\n${constants}\ny: f32[1,2,2,2] = ${call}\nreturn y`);
  expect(() => lowerGraph(graph, { name: 'g' })).toThrow(/elements where the kernel reads/);
});
