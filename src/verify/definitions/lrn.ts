import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import { type Definition, numbers } from './definition.ts';

/**
 * y[c] = x[c] / (bias + alpha / size * sum of x^2 over `size` channels around c)^beta. onnxruntime keeps a running sum, so that an
 * infinite or very large square, or NaN, stays in that of the channels behind it.
 */
export const localResponse: Definition = (node, inputs) => {
  const x = numbers(inputs, 0);
  const shape = inputs[0]?.shape;
  if (!x || !shape) return null;
  const size = intAttribute(node, 'size', 1);
  const [alpha, beta, bias] = [
    floatAttribute(node, 'alpha', 1e-4) / size,
    floatAttribute(node, 'beta', 0.75),
    floatAttribute(node, 'bias', 1),
  ];
  const [channels, plane] = [shape[1]!, elementCount(shape.slice(2))];
  return x.map((value, i) => {
    const channel = Math.floor(i / plane) % channels;
    const first = channel - Math.floor((size - 1) / 2);
    let squares = 0;
    for (let c = Math.max(0, first); c < Math.min(channels, first + size); c++)
      squares += Math.fround(x[i + (c - channel) * plane]! ** 2);
    return value / (bias + alpha * squares) ** beta;
  });
};
