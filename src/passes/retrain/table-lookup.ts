import type { Builder } from '../../autodiff/builder.ts';
import type { Marked } from '../../autodiff/fake-quantize.ts';
import { constantOf } from '../../ir/graph.ts';
import { numbersOf } from '../../ir/tensor.ts';
import type { Graph, Node, Quant, ValueName } from '../../ir/types.ts';
import { codesOf, quantOf, scaleOf, zeroPointOf } from '../../quant/quantized.ts';
import { fractionOf, stepOf } from '../../quant/wide-table.ts';
import { must } from '../../support/errors.ts';

/** A LookupTable in real numbers. */
export function tableLookup(build: Builder, graph: Graph, node: Node, x: ValueName): Marked {
  const [from, to] = [quantOf(graph, node.inputs[0]), quantOf(graph, node.outputs[0])];
  const codes = numbersOf(must(constantOf(graph, node.inputs[1]), 'table'));
  return from.bits === 16 ? straightLines(build, x, codes, from, to) : everyCode(build, x, codes, from, to);
}

/** Its gradient is the slope between the neighbours of each entry. */
function everyCode(build: Builder, x: ValueName, codes: readonly number[], from: Quant, to: Quant): Marked {
  const values = codes.map((code) => scaleOf(to) * (code - zeroPointOf(to)));
  const slopes = values.map((_, i) => {
    const [low, high] = [Math.max(i - 1, 0), Math.min(i + 1, values.length - 1)];
    return (values[high] - values[low]) / ((high - low) * scaleOf(from));
  });
  const code = build.unary('Round', build.div(x, build.scalar(scaleOf(from))));
  const place = build.add(code, build.scalar(zeroPointOf(from) + codes.length / 2));
  const index = build.cast(place, 'i64');
  const look = (within: Builder, name: string, numbers: readonly number[]) =>
    within.op('Gather', [within.constant(name, [numbers.length], numbers), index], build.shape(x), { axis: 0 });
  return {
    value: look(build, 'values', values),
    gradient: { inputs: [x], backward: (back, dy) => [back.mul(dy, look(back, 'slopes', slopes))] },
  };
}

/** Points with straight lines between them, as quant/wide-table.ts has them; its gradient is the slope of each line. */
function straightLines(build: Builder, x: ValueName, entries: readonly number[], from: Quant, to: Quant): Marked {
  const length = 2 ** stepOf(entries.length);
  const unit = 2 ** fractionOf(codesOf(to));
  const slopes = entries.slice(1).map((entry, i) => (entry - entries[i]) / length / unit);
  const code = build.unary('Round', build.div(x, build.scalar(scaleOf(from))));
  const place = build.add(code, build.scalar(zeroPointOf(from) + 2 ** 15));
  const interval = build.unary('Floor', build.scale(place, 1 / length));
  const index = build.cast(interval, 'i64');
  const look = (within: Builder, name: string, numbers: readonly number[]) =>
    within.op('Gather', [within.constant(name, [numbers.length], numbers), index], build.shape(x), { axis: 0 });
  const starts = entries.slice(0, -1).map((entry) => entry / unit);
  const along = build.sub(place, build.scale(interval, length));
  const result = build.add(look(build, 'starts', starts), build.mul(look(build, 'slopes', slopes), along));
  const rounded = build.unary('Floor', build.add(result, build.scalar(0.5)));
  const value = build.scale(build.sub(rounded, build.scalar(zeroPointOf(to))), scaleOf(to));
  const slope = scaleOf(to) / scaleOf(from);
  return {
    value,
    gradient: { inputs: [x], backward: (back, dy) => [back.mul(dy, back.scale(look(back, 'slopes', slopes), slope))] },
  };
}
