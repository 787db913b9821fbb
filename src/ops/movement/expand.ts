import type { OpDef } from '../op-def.ts';
import { constantNumbers } from '../support/inputs.ts';
import { broadcastWalk, copyLines, linesParams } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { expandRules, tileRules } from './rules.ts';

export const expand: OpDef = {
  op: 'Expand',
  summary: 'Repeats dimensions of 1 (broadcasting to a constant shape).',
  check: expandRules,
  lower(node, lower) {
    checkMoves(node, lower);
    const x = lower.read(0, 'any');
    const y = lower.write(0, followInput(node, lower));
    const walk = broadcastWalk(x, y.shape.length);
    lower.call({
      template: 'lines',
      params: linesParams(copyLines(y.shape, { name: x.name, walk }, { name: y.name, walk: y })),
      summary: `Expand, ${elementsText(node, lower)}`,
    });
  },
};

/** y[r][i] = x[i] per dimension: each output dimension is two loops, the repeats and the size. */
export const tile: OpDef = {
  op: 'Tile',
  summary: 'Repeats a tensor a constant number of times along each axis.',
  check: tileRules,
  lower(node, lower) {
    checkMoves(node, lower);
    const repeats = constantNumbers(node, lower, 1, 'repeats') ?? [];
    const x = lower.read(0, 'any');
    const y = lower.write(0, followInput(node, lower));
    const loops = x.shape.flatMap((size, d) => [repeats[d], size]);
    const from = { strides: x.strides.flatMap((stride) => [0, stride]) };
    const to = { strides: y.strides.flatMap((stride, d) => [stride * x.shape[d], stride]) };
    lower.call({
      template: 'lines',
      params: linesParams(copyLines(loops, { name: x.name, walk: from }, { name: y.name, walk: to })),
      summary: `Tile, ${elementsText(node, lower)}`,
    });
  },
};
