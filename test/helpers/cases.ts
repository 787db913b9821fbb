import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emitC } from '../../src/codegen/emit.ts';
import { lowerGraph } from '../../src/codegen/lower/lower-graph.ts';
import { typeOf } from '../../src/ir/graph.ts';
import { elementCount } from '../../src/ir/shape.ts';
import { dataOf, isFloat } from '../../src/ir/tensor.ts';
import { parseGraph } from '../../src/ir/text.ts';
import type { DType, Graph, Tensor } from '../../src/ir/types.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';
import { createEvaluator } from '../../src/runtime/evaluator.ts';
import { UserError } from '../../src/support/errors.ts';
import type { Tolerance } from './compare.ts';
import { quickPlan } from './quick-plan.ts';
import { type Case, runBatch } from './run-batch.ts';

export interface GraphCase {
  readonly name: string;
  /** A graph in text form. */
  readonly text: string;
  /** Values for an input; default: random ones with the type's special values among them. */
  readonly values?: ((input: string, dtype: DType, rng: Rng) => number) | undefined;
}

/**
 * Compiles every graph as it stands, runs the C under sanitizers on random inputs and compares with onnxruntime.
 * Result by name: null, or the difference. Graphs that onnxruntime has no kernel for are left out.
 */
export async function compareWithOrt(
  cases: readonly GraphCase[],
  tolerance: Tolerance,
): Promise<Map<string, string | null>> {
  const evaluator = createEvaluator();
  const rng = createRng(7);
  const compiled: Case[] = [];
  for (const [i, { name, text, values }] of cases.entries()) {
    const graph = parseGraph(text);
    const feeds = randomFeeds(graph, rng, values ?? ((_, dtype) => anyValue(dtype, rng)));
    const wanted = await evaluator.evaluate(graph, feeds).catch((error: unknown) => {
      if (
        error instanceof UserError &&
        /could not find an implementation|not implemented|invalid/i.test(problem(error))
      )
        return null;
      throw error;
    });
    if (!wanted) continue;
    const program = lowerGraph(graph, { name: `t${i}`, ioLayout: 'onnx' });
    compiled.push({ name, program, files: emitC(program, quickPlan(program)), feeds, wanted });
  }
  await evaluator.release();
  const folder = mkdtempSync(join(tmpdir(), 'nibblec-ops-'));
  try {
    const halves = [0, 1].map((rest) => compiled.filter((_, i) => i % 2 === rest));
    const runs = halves.map((half, i) => runBatch(join(folder, String(i)), half, { sanitize: true, tolerance }));
    return new Map((await Promise.all(runs)).flatMap((results) => [...results]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function problem(error: UserError): string {
  return [error.message, ...(error.problem.because ?? [])].join(' ');
}

function randomFeeds(
  graph: Graph,
  rng: Rng,
  value: (input: string, dtype: DType, rng: Rng) => number,
): Map<string, Tensor> {
  return new Map(
    graph.inputs.map((name) => {
      const { dtype, shape } = typeOf(graph, name);
      const values = Array.from({ length: elementCount(shape) }, () => value(name, dtype, rng));
      return [name, { dtype, shape, data: dataOf(dtype, values) }];
    }),
  );
}

const SPECIAL = [0, -0, 0.5, -0.5, 1.5, 2.5, -2.5, 1, -1, 100, -100, Infinity, -Infinity, NaN];

/** A small number, a special float, or the border of an integer type. */
export function anyValue(dtype: DType, rng: Rng): number {
  if (isFloat(dtype)) return rng.int(0, 3) === 0 ? SPECIAL[rng.int(0, SPECIAL.length - 1)]! : 6 * rng.uniform() - 3;
  if (dtype === 'bool') return rng.int(0, 1);
  const bits = Number(dtype.slice(1));
  const signed = dtype.startsWith('i');
  const edge = bits === 64 ? 2 ** 62 : signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  if (rng.int(0, 3) > 0) return rng.int(signed ? -9 : 0, 9);
  return signed && rng.int(0, 1) === 0 ? -edge - (bits === 64 ? 0 : 1) : edge;
}
