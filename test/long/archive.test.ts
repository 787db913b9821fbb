import { expect, test } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { decodeModel, decodeTensorFile } from '../../src/frontend/onnx-border.ts';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { floatPasses } from '../../src/passes/float/index.ts';
import { runPipeline } from '../../src/passes/pipeline.ts';
import { UserError } from '../../src/support/errors.ts';
import { type ArchivedCase, readArchive } from '../conformance/archive.ts';
import { evaluate, relativeError } from '../passes/support.ts';

/** Every ONNX node test with none, all but the first and all of its inputs made constant. */
const BOUND = [0, 1, 2];
const TOLERANCE = 1e-5;
/** Range over vectors of one element breaks ONNX's rules; onnxruntime notices once their shapes are constants. */
const BROKEN = ['test_affine_grid_2d_align_corners_expanded'];

const archive = readArchive();
if (!archive) console.warn('skipped: the archive of ONNX node tests is missing');

test.skipIf(!archive)('on every ONNX node test: the text round trip, the meaning, twice is once', async () => {
  const problems: string[] = [];
  let checked = 0;
  for (const item of (archive ?? []).filter(({ name }) => !BROKEN.includes(name))) {
    for (const bound of BOUND) {
      const found = await check(item, bound).catch((error: unknown) => [String(error)]);
      if (found) checked++;
      for (const problem of found ?? []) problems.push(`${item.name} (${bound}): ${problem}`);
    }
  }
  expect(problems).toEqual([]);
  expect(checked).toBeGreaterThan(1500);
});

/** What went wrong; null when the frontend or onnxruntime refuses the model or a tensor cannot be read. */
async function check(item: ArchivedCase, bound: number): Promise<string[] | null> {
  const names = decodeModel(item.model, () => new Uint8Array()).graph.inputs.map(({ name }) => name);
  const tensors = item.inputs.map(decodeTensorFile);
  if (tensors.some((tensor) => typeof tensor === 'string')) return null;
  const feeds = new Map(tensors.map((tensor, i) => [names[i], tensor as Tensor]));
  const constants = new Map([...feeds].filter((_, i) => bound === 2 || (bound === 1 && i > 0)));
  const graph = await importOnnx(item.model, { constants }).catch(ifRefused);
  const free = new Map([...feeds].filter(([name]) => graph?.inputs.includes(name)));
  const expected = graph && (await evaluate(graph, free).catch(ifRefused));
  if (!graph || !expected) return null;

  const problems: string[] = [];
  const text = printGraph(graph, { maxElements: Infinity });
  if (printGraph(parseGraph(text), { maxElements: Infinity }) !== text) problems.push('text round trip');
  const once = (await runPipeline(graph, floatPasses, { evaluate })).graph;
  const actual = await evaluate(once, free);
  for (const output of graph.outputs) {
    const error = relativeError(expected.get(output), actual.get(output));
    if (!(error <= TOLERANCE)) problems.push(`${output} differs by ${error}`);
  }
  const twice = (await runPipeline(once, floatPasses, { evaluate })).graph;
  if (printGraph(twice) !== printGraph(once)) problems.push(`twice is not once:\n${printGraph(twice)}`);
  return problems;
}

function ifRefused(error: unknown): null {
  if (error instanceof UserError) return null;
  throw error;
}
