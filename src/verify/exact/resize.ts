import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import { typeOf } from '../../ir/graph.ts';
import { type ExactLayer, exactSum, type LayerValues, operand, shapeOf, stepOf } from './layer.ts';
import { coordinates } from './window-cells.ts';

/** Linear interpolation by ONNX's definition, of whole sizes; null: a form that is not spelled out here. */
export function resize(layer: LayerValues): ExactLayer | null {
  const { graph, node } = layer;
  const from = typeOf(graph, node.inputs[0]).shape;
  const to = shapeOf(layer);
  const place = PLACES[stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel')];
  if (stringAttribute(node, 'mode', 'nearest') !== 'linear' || intAttribute(node, 'antialias', 0) === 1 || !place)
    return null;
  const x = operand(layer, 0);
  const unit = x.scale() / stepOf(layer);
  return (index) => {
    let cells: [at: number, weight: number][] = [[0, 1]];
    coordinates(to, index).forEach((o, d) => {
      const [size, last] = [from[d]!, from[d]! - 1];
      const at = to[d] === size ? o : Math.min(Math.max(place(o, size, to[d]!), 0), last);
      const first = Math.min(Math.floor(at), last);
      const taps = [
        [first, 1 - (at - first)],
        [Math.min(first + 1, last), at - first],
      ] as const;
      cells = cells.flatMap(([before, weight]) =>
        taps.map(([tap, share]): [number, number] => [before * size + tap, weight * share]),
      );
    });
    const terms = cells.map(([at, weight]) => x.centred(at) * weight * unit);
    const total = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
    return exactSum({ sum: total(terms), magnitude: total(terms.map(Math.abs)), terms: 2 * terms.length });
  };
}

/** Where output `o` of `to` stands in an axis of `from`. */
const PLACES: Readonly<Record<string, (o: number, from: number, to: number) => number>> = {
  half_pixel: (o, from, to) => ((o + 0.5) * from) / to - 0.5,
  pytorch_half_pixel: (o, from, to) => (to > 1 ? ((o + 0.5) * from) / to - 0.5 : 0),
  asymmetric: (o, from, to) => (o * from) / to,
  align_corners: (o, from, to) => (to > 1 ? (o * (from - 1)) / (to - 1) : 0),
};
