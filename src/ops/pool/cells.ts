import type { Graph, Node } from '../../ir/types.ts';
import { layerRequantization, quantOf, scaleOf, spanOf } from '../../quant/quantized.ts';
import { averageFactors } from '../../quant/requantize.ts';
import type { WindowAxis } from '../support/window-loops.ts';

/** How many cells count along each axis, by output position: those inside, or with `includePad` those that are padding as well. */
export function cellsOf(axes: readonly WindowAxis[], outputs: readonly number[], includePad: boolean): number[][] {
  return axes.map(({ size, kernel, stride, dilation, begin, end }, axis) =>
    Array.from({ length: outputs[axis] }, (_, o) => {
      const places = Array.from({ length: kernel }, (_, k) => o * stride - begin + k * dilation);
      return places.filter((p) => (includePad ? p < size + end : p >= 0 && p < size)).length;
    }),
  );
}

/** The numbers of cells that windows of this layer hold, ascending, and the multiplier of each. */
export function scalesOfCells(graph: Graph, node: Node, cells: readonly (readonly number[])[]) {
  const all = cells.reduce<readonly number[]>(
    (counts, axis) => [...new Set(counts.flatMap((count) => axis.map((cell) => count * cell)))],
    [1],
  );
  const counts = all.filter((count) => count > 0).sort((a, b) => a - b);
  const [x, y] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.outputs[0])];
  const factors = averageFactors(scaleOf(x), scaleOf(y), counts);
  const requantization = layerRequantization(graph, node, factors, () => counts.map((count) => count * spanOf(x)));
  return { ...requantization, counts };
}
