import { intAttribute } from '../../ir/attributes.ts';
import { normalizeAxis, rowMajorStrides } from '../../ir/shape.ts';
import { hasWideCodes } from '../../quant/wide-codes.ts';
import { type ExactLayer, float32Error, type LayerValues, operand, stepOf } from './layer.ts';
import { ownSharesError, softmaxLaw } from './own-shares.ts';

/** exp, and the division of one by their sum. */
const AROUND = 8;

/** The exponents are off by the roundings of the numbers, so are the powers, relative to their size. */
export function softmax(layer: LayerValues): ExactLayer {
  const x = operand(layer, 0);
  const axis = normalizeAxis(intAttribute(layer.node, 'axis', -1), x.shape.length);
  const [length, stride] = [x.shape[axis], rowMajorStrides(x.shape)[axis]];
  const law = hasWideCodes(layer.graph, layer.node) ? softmaxLaw(x.scale(), stepOf(layer), length) : null;
  return (index) => {
    const place = Math.floor(index / stride) % length;
    const row = Array.from({ length }, (_, i) => x.centred(index + (i - place) * stride));
    const largest = Math.max(...row);
    const powers = row.map((code) => ({
      power: Math.exp((code - largest) * x.scale()),
      distance: largest - code,
      maskError: 0,
    }));
    const steps = powers[place]!.power / powers.reduce((sum, { power }) => sum + power, 0) / stepOf(layer);
    const size = Math.max(...row.map(Math.abs)) * x.scale();
    const alone = row.map((_, i) => (i === place ? 1 : 0));
    const own = law ? ownSharesError(law, powers, alone) : 0;
    return { steps, error: float32Error(length + AROUND, steps) + float32Error(6, size * steps) + own };
  };
}
