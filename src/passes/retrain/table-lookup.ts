import type { Builder } from '../../autodiff/builder.ts';
import type { Marked } from '../../autodiff/fake-quantize.ts';
import { constantOf } from '../../ir/graph.ts';
import { numbersOf } from '../../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../ir/types.ts';
import { quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';

/** A LookupTable in real numbers; its gradient is the slope between the neighbours of each entry. */
export function tableLookup(build: Builder, graph: Graph, node: Node, x: ValueName): Marked {
  const [from, to] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.outputs[0])];
  const codes = numbersOf(must(constantOf(graph, node.inputs[1]), 'table'));
  const values = codes.map((code) => scaleOf(to) * (code - zeroPointOf(to)));
  const slopes = values.map((_, i) => {
    const [low, high] = [Math.max(i - 1, 0), Math.min(i + 1, values.length - 1)];
    return (values[high] - values[low]) / ((high - low) * scaleOf(from));
  });
  const code = build.unary('Round', build.div(x, build.scalar(scaleOf(from))));
  const place = build.add(code, build.scalar(zeroPointOf(from) + 128));
  const index = build.cast(place, 'i64');
  const look = (within: Builder, name: string, numbers: readonly number[]) =>
    within.op('Gather', [within.constant(name, [numbers.length], numbers), index], build.shape(x), { axis: 0 });
  return {
    value: look(build, 'values', values),
    gradient: { inputs: [x], backward: (back, dy) => [back.mul(dy, look(back, 'slopes', slopes))] },
  };
}
