import { parseGraph } from '../../src/ir/text.ts';
import type { Graph } from '../../src/ir/types.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { createRng } from '../../src/numerics/rng.ts';

/**
 * A network of NETS as a graph. Numbers that are `drawn` follow from the line they stand in: int8 codes from -127 to 127,
 * int32 biases from -2000 to 2000, floats of six digits, scales from 0.002 to 0.008.
 */
export function goldenGraph(text: string): Graph {
  const graph = parseGraph(text.split('\n').map(filled).join('\n'));
  verifyGraph(graph);
  return graph;
}

function filled(line: string, seed: number): string {
  const match = /^const (\w+): (\w+)\[([\d,]+)\]/.exec(line);
  if (!match || !line.includes('drawn')) return line;
  const [, , dtype, shape] = match;
  const dimensions = shape.split(',').map(Number);
  const rng = createRng(seed + 1);
  const one = {
    i8: () => rng.int(-127, 127),
    i32: () => rng.int(-2000, 2000),
    f32: () => Number(rng.normal().toFixed(6)),
  }[dtype];
  const list = (count: number, next: () => number) => Array.from({ length: count }, next).join(',');
  return line.replace('scale=drawn', `scale=[${list(dimensions[0], () => rng.int(2000, 8000) / 1e6)}]`).replace(
    '= drawn',
    `= ${list(
      dimensions.reduce((a, b) => a * b, 1),
      one ?? (() => 0),
    )}`,
  );
}
