import { intAttribute, numbersOf } from '../../ir/attributes.ts';
import { elementCount, rowMajorStrides } from '../../ir/shape.ts';
import type { Node } from '../../ir/types.ts';
import type { LowerBuilder, OpDef, Operand } from '../op-def.ts';
import { axisOf } from '../support/inputs.ts';
import { copyLines, inLoops, inSplitLoops, linesParams, loopsOver, without } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { gatherElementsRules, gatherNdRules, gatherRules } from './index-rules.ts';
import { lowerPickedRows, pickedRowsOracle, picksRows } from './picked-rows.ts';

/** y[before][index...][after] = x[before][indices[index...]][after] */
export const gather: OpDef = {
  op: 'Gather',
  summary: 'Picks slices along one axis by constant or computed indices.',
  check: gatherRules,
  oracle(node, oracle) {
    if (picksRows(oracle.graph, node)) return pickedRowsOracle(node, oracle);
    oracle.output(0, oracle.node('Gather', node.inputs, node.attributes));
  },
  lower(node, lower) {
    if (picksRows(lower.graph, node)) return lowerPickedRows(node, lower);
    checkMoves(node, lower);
    const x = lower.read(0, 'any');
    const axis = axisOf(node, x.shape.length, 0);
    const run = constantRun(node, lower, x.shape[axis]);
    const indices = run ? null : lower.read(1, 'any');
    const indexRank = lower.type(node.inputs[1]).shape.length;
    const y = lower.write(0, indexRank === 1 ? followInput(node, lower) : 'row-major');
    const spread = (atAxis: readonly number[]) => [
      ...x.strides.slice(0, axis),
      ...atAxis,
      ...x.strides.slice(axis + 1),
    ];
    const still = new Array<number>(indexRank).fill(0);
    lower.call({
      template: 'lines',
      params: linesParams(indices ? gathered(indices) : sliced(run!)),
      summary: `Gather, ${elementsText(node, lower)}`,
    });

    function sliced({ start, step }: Run): string[] {
      const count = rowMajorStrides(lower.type(node.inputs[1]).shape);
      const stride = x.strides[axis];
      const walk = { strides: spread(count.map((n) => n * step * stride)), start: start * stride };
      return copyLines(y.shape, { name: x.name, walk }, { name: y.name, walk: y });
    }

    function gathered(operand: Operand): string[] {
      const rest = new Array<number>(x.shape.length).fill(0);
      const own = [...rest.slice(0, axis), ...operand.strides, ...rest.slice(axis + 1)];
      const { sizes, at, depth } = loopsOver(y.shape, 'y', {
        x: { strides: spread(still) },
        y: { strides: y.strides },
        index: { strides: own },
      });
      const pick = `const int32_t pick = ${indexText(operand, at.index, x.shape[axis], x.strides[axis])};`;
      return inSplitLoops(sizes, depth.index, [pick], [`${y.name}[${at.y}] = ${x.name}[pick + ${at.x}];`]);
    }
  },
};

interface Run {
  readonly start: number;
  readonly step: number;
}

/** Constant indices that grow evenly are a slice: no table, no tests. */
function constantRun(node: Node, lower: LowerBuilder, size: number): Run | null {
  const constant = lower.constant(node.inputs[1]);
  if (!constant) return null;
  const indices = numbersOf(constant).map((i) => (i < 0 ? i + size : i));
  if (indices.some((i) => i < 0 || i >= size)) return lower.refuse('it has an index outside the axis');
  const start = indices[0] ?? 0;
  const step = (indices[1] ?? start) - start;
  return indices.every((index, i) => index === start + i * step) ? { start, step } : null;
}

/** An index from memory, made safe, as an offset in elements. */
function indexText(indices: Operand, at: string, size: number, stride: number): string {
  return `nn_index(${indices.name}[${at}], ${size}) * ${stride}`;
}

/** y[i][j] = x[index[i][j]][j] (along axis 0). */
export const gatherElements: OpDef = {
  op: 'GatherElements',
  summary: 'Picks single elements along one axis by indices of the output shape.',
  check: gatherElementsRules,
  lower(node, lower) {
    checkMoves(node, lower);
    const x = lower.read(0, 'any');
    const axis = axisOf(node, x.shape.length, 0);
    const indices = lower.read(1, 'any');
    const y = lower.write(0, 'row-major');
    const { sizes, at } = loopsOver(y.shape, 'y', {
      x: { strides: without(x.strides, axis) },
      y: { strides: y.strides },
      index: { strides: indices.strides },
    });
    const pick = indexText(indices, at.index, x.shape[axis], x.strides[axis]);
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(sizes, [`${y.name}[${at.y}] = ${x.name}[${pick} + ${at.x}];`])),
      summary: `GatherElements, ${elementsText(node, lower)}`,
    });
  },
};

/** The last dimension of `indices` addresses the dimensions of x that follow the batch dimensions. */
export const gatherNd: OpDef = {
  op: 'GatherND',
  summary: 'Picks slices by index tuples.',
  check: gatherNdRules,
  lower(node, lower) {
    checkMoves(node, lower);
    const x = lower.read(0, 'any');
    const indices = lower.read(1, 'any');
    const y = lower.write(0, 'row-major');
    const batch = intAttribute(node, 'batch_dims', 0);
    const tuple = indices.shape.at(-1)!;
    const picked = indices.shape.length - 1 - batch;
    const rest = x.shape.length - batch - tuple;
    const zeros = (count: number) => new Array<number>(count).fill(0);
    const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(batch + tuple)];
    const { sizes, at, depth } = loopsOver(shape, 'y', {
      x: { strides: [...x.strides.slice(0, batch), ...zeros(picked), ...x.strides.slice(batch + tuple)] },
      y: { strides: rowMajorStrides(shape) },
      index: { strides: [...indices.strides.slice(0, -1), ...zeros(rest)] },
    });
    const terms = Array.from({ length: tuple }, (_, j) => {
      const element = `${at.index}${j === 0 ? '' : ` + ${j * indices.strides.at(-1)!}`}`;
      return indexText(indices, element, x.shape[batch + j], x.strides[batch + j]);
    });
    const body = [`${y.name}[${at.y}] = ${x.name}[pick + ${at.x}];`];
    lower.call({
      template: 'lines',
      params: linesParams(inSplitLoops(sizes, depth.index, [`const int32_t pick = ${terms.join(' + ')};`], body)),
      summary: `GatherND, ${elementCount(shape)} elements`,
    });
  },
};
