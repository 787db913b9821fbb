import { numbersOf } from '../../src/ir/tensor.ts';
import type { Attribute, Tensor } from '../../src/ir/types.ts';
import type { RandomModel } from './random-model.ts';

/** The model as a few lines of text. */
export function describeModel({ opset, inputs, constants, nodes, outputs }: RandomModel): string {
  const attributes = (list: Readonly<Record<string, Attribute>>) =>
    Object.entries(list)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(' ');
  return [
    `opset ${opset}`,
    ...Object.entries(inputs).map(([name, [dtype, shape]]) => `input ${name}: ${dtype}[${shape}]`),
    ...Object.entries(constants).map(([name, tensor]) => `const ${name}: ${describeTensor(tensor)}`),
    ...nodes.map(
      (node) =>
        `${node.outputs.map((name) => name ?? '_').join(', ')} = ${node.domain && `${node.domain}.`}${node.op}(${node.inputs.map((name) => name ?? '_').join(', ')}) ${attributes(node.attributes)}`,
    ),
    `return ${outputs.join(', ')}`,
  ].join('\n');
}

function describeTensor(tensor: Tensor): string {
  const numbers = numbersOf(tensor);
  const shown = numbers.slice(0, 12).map((x) => Number(x.toPrecision(4)));
  return `${tensor.dtype}[${tensor.shape}] = ${shown.join(' ')}${numbers.length > 12 ? ' ...' : ''}`;
}
