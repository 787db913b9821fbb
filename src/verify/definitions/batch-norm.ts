import { floatAttribute } from '../../ir/attributes.ts';
import { elementCount } from '../../ir/shape.ts';
import { type Definition, LARGEST, numbers, withBeyond } from './definition.ts';

/** (x - mean) / sqrt(variance + epsilon) * scale + bias; onnxruntime and the C make one product and one sum of it, each in its way. */
export const batchNormalization: Definition = (node, inputs, { ofC }) => {
  const [tensor, x] = [inputs[0], numbers(inputs, 0)];
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => numbers(inputs, i));
  if (!tensor || !x || !scale || !bias || !mean || !variance) return null;
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const [channels, plane] = [tensor.shape[1] ?? 1, elementCount(tensor.shape.slice(2))];
  const of = (i: number) => {
    const c = Math.floor(i / plane) % channels;
    return {
      factor: scale[c]! / Math.sqrt(variance[c]! + epsilon),
      bias: bias[c]!,
      mean: mean[c]!,
      variance: variance[c]!,
    };
  };
  const exact = x.map((v, i) => {
    const { factor, bias, mean } = of(i);
    return (v - mean) * factor + bias;
  });
  return withBeyond(exact, ofC, (i) => {
    const { factor, bias, mean, variance } = of(i);
    const size = Math.abs(x[i]!) + Math.abs(mean);
    return !(size + Math.abs(factor) + variance <= LARGEST && size * Math.abs(factor) + Math.abs(bias) <= LARGEST);
  });
};
