import { intAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import { must } from '../../support/errors.ts';
import { type Codes, codesOf, type ExactLayer, exactSum, type LayerValues, operand, shapeOf, stepOf } from './layer.ts';
import { coordinates, windowCells } from './window-cells.ts';

/** Index pairs of the products that are added up. */
type Terms = Iterable<readonly [x: number, w: number]>;

/** x and w in codes, bias in steps of their sums. */
function products(
  layer: LayerValues,
  termsOf: (index: number) => Terms,
  channelOf: (index: number) => number,
): ExactLayer {
  const [x, w, bias] = [operand(layer, 0), operand(layer, 1), codesOf(layer, 2)];
  const step = stepOf(layer);
  return (index) => {
    const channel = channelOf(index);
    const unit = (x.scale() * w.scale(channel)) / step;
    let [sum, magnitude, terms] = [0, 0, 0];
    for (const [i, j] of termsOf(index)) {
      const product = x.centred(i) * w.centred(j);
      sum += product;
      magnitude += Math.abs(product);
      terms++;
    }
    const added = bias ? biasOf(bias, channel) / step : 0;
    return exactSum({ sum: sum * unit + added, magnitude: magnitude * unit + Math.abs(added), terms });
  };
}

function biasOf(bias: Codes, channel: number): number {
  const at = elementCount(bias.shape) === 1 ? 0 : channel;
  return bias.centred(at) * bias.scale(at);
}

export function conv(layer: LayerValues): ExactLayer {
  const { node } = layer;
  const [x, w, y] = [operand(layer, 0).shape, operand(layer, 1).shape, shapeOf(layer)];
  const [image, kernel] = [x.slice(2), w.slice(2)];
  const [plane, taps] = [elementCount(image), elementCount(kernel)];
  const perGroup = w[0] / intAttribute(node, 'group', 1);
  return products(
    layer,
    function* (index) {
      const [batch, channel, ...at] = coordinates(y, index);
      const first = batch * x[1] + Math.floor(channel / perGroup) * w[1];
      for (const { tap, position } of windowCells(node, image, kernel, at)) {
        if (position === null) continue;
        for (let c = 0; c < w[1]; c++) yield [(first + c) * plane + position, (channel * w[1] + c) * taps + tap];
      }
    },
    (index) => coordinates(y, index)[1],
  );
}

/** Gemm and MatMul, leading dimensions broadcast. */
export function matMul(layer: LayerValues): ExactLayer {
  const [a, b, y] = [operand(layer, 0).shape, operand(layer, 1).shape, shapeOf(layer)];
  const transposed = intAttribute(layer.node, 'transB', 0) === 1;
  const [left, right] = [a.length < 2 ? [1, ...a] : a, b.length < 2 ? [...b, 1] : b];
  const depth = must(left.at(-1), 'a depth');
  const columns = must(right.at(transposed ? -2 : -1), 'columns');
  const rows = must(left.at(-2), 'rows');
  const batches = y.slice(0, Math.max(left.length, right.length) - 2);
  return products(
    layer,
    function* (index) {
      const [batch, row, column] = [
        coordinates(batches, Math.floor(index / (rows * columns))),
        Math.floor(index / columns) % rows,
        index % columns,
      ];
      const fromA = (broadcast(left.slice(0, -2), batch) * rows + row) * depth;
      const fromB = broadcast(right.slice(0, -2), batch) * depth * columns;
      for (let k = 0; k < depth; k++)
        yield [fromA + k, fromB + (transposed ? column * depth + k : k * columns + column)];
    },
    (index) => index % columns,
  );
}

/** Index in a tensor of `shape` of the element that meets the one at `at` of a larger one. */
export function broadcast(shape: readonly number[], at: readonly number[]): number {
  const lead = at.length - shape.length;
  return shape.reduce((index, size, d) => index * size + (size === 1 ? 0 : at[lead + d]), 0);
}

export function averagePool(layer: LayerValues): ExactLayer {
  const { node } = layer;
  const [x, y] = [operand(layer, 0), shapeOf(layer)];
  const image = x.shape.slice(2);
  const global = node.op === 'GlobalAveragePool';
  const kernel = global ? image : (node.attributes.kernel_shape as readonly number[]);
  const all = intAttribute(node, 'count_include_pad', 0) === 1;
  const plane = elementCount(image);
  return (index) => {
    const [batch, channel, ...at] = coordinates(y, index);
    const cells = windowCells(node, image, kernel, global ? image.map(() => 0) : at);
    const counted = cells.filter(({ position, padded }) => (all ? padded : position !== null)).length;
    const unit = x.scale() / stepOf(layer) / counted;
    const inside = cells.flatMap(({ position }) =>
      position === null ? [] : [x.centred((batch * x.shape[1] + channel) * plane + position)],
    );
    const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
    return exactSum({
      sum: total(inside) * unit,
      magnitude: total(inside.map(Math.abs)) * unit,
      terms: inside.length,
    });
  };
}
