import { constantOf, isOutput, typeOf } from '../ir/graph.ts';
import { numbersOf } from '../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { type Coded, offsetOf } from './code-meter.ts';
import { CHOOSES, MOVES } from './rules.ts';

/** Whether a real number goes before or behind them to its code makes no difference: rounding keeps the order. */
const KEEPS_ORDER: ReadonlySet<string> = new Set([...MOVES, ...CHOOSES].filter((op) => op !== 'Abs' && op !== 'Neg'));

/** Whether everybody who reads this value of a file wants it in these codes, behind operators that only move or choose. */
export function isRoundedTo(file: Graph, value: ValueName, codes: Coded): boolean {
  const held = new Set([value]);
  for (const name of held) {
    const readers = file.nodes.filter(({ inputs }) => inputs.includes(name));
    if (isOutput(file, name) || readers.length === 0) return false;
    for (const reader of readers) {
      if (quantizesTo(file, reader, codes)) continue;
      if (!KEEPS_ORDER.has(reader.op)) return false;
      for (const output of reader.outputs)
        if (output !== null && typeOf(file, output).dtype === 'f32') held.add(output);
    }
  }
  return true;
}

function quantizesTo(file: Graph, node: Node, { dtype, quant }: Coded): boolean {
  const [, scale, zero] = node.inputs.map((input) => constantOf(file, input));
  const integers = node.outputs[0];
  if (node.op !== 'QuantizeLinear' || !scale || !integers) return false;
  const shift = offsetOf(typeOf(file, integers).dtype) - offsetOf(dtype);
  const zeros = zero ? numbersOf(zero) : [0];
  return (
    numbersOf(scale).every((one) => one === quant.scale[0]) && zeros.every((z) => z - shift === quant.zeroPoint[0])
  );
}
