import { expect, test } from 'vitest';
import { elementCount } from '../../src/ir/shape.ts';
import type { Attribute, Shape, Tensor } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { createSession } from '../../src/runtime/ort-session.ts';
import { type FileSpec, node, onnxFile, random } from '../helpers/onnx-file.ts';
import { modelDifferences } from './support/cases.ts';

interface Window {
  readonly op: string;
  readonly x: Shape;
  readonly w: Shape | null;
  readonly attributes: Record<string, Attribute>;
}

/** A window of one to three dimensions with whatever attributes its operator has at this opset. */
function drawWindow(rng: ReturnType<typeof createRng>, opset: number): Window {
  const pick = (words: readonly string[]) => words[rng.int(0, words.length - 1)];
  const chance = (one: number) => rng.int(1, one) === 1;
  const op = pick(['MaxPool', 'AveragePool', 'LpPool', 'ConvTranspose', 'Conv']);
  const kernel = Array.from({ length: rng.int(1, 3) }, () => rng.int(1, 4));
  const each = (low: number, high: number) => kernel.map(() => rng.int(low, high));
  const pool = op.endsWith('Pool');
  const strides = each(1, 3);
  const attributes: Record<string, Attribute> = { ...(pool && { kernel_shape: kernel }), strides };
  if (chance(3) && (!pool || opset >= 19)) attributes.dilations = each(1, 2);
  const mode = pick(['NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  // Pools with SAME and windows shorter than their strides pad by less than nothing in onnxruntime.
  if (pool && mode.startsWith('SAME')) attributes.strides = strides.map((stride, i) => Math.min(stride, kernel[i]!));
  if (mode !== 'NOTSET') attributes.auto_pad = mode;
  else if (!chance(3)) attributes.pads = [...kernel, ...kernel].map((size) => rng.int(0, size - 1));
  if (pool && !chance(3) && (op !== 'LpPool' || opset >= 18)) attributes.ceil_mode = 1;
  if (op === 'AveragePool' && chance(2)) attributes.count_include_pad = 1;
  if (op === 'ConvTranspose' && chance(2)) attributes.output_padding = strides.map((stride) => rng.int(0, stride - 1));
  if (op === 'ConvTranspose' && chance(4)) attributes.output_shape = each(5, 9);
  const w = op === 'ConvTranspose' ? [2, 3, ...kernel] : op === 'Conv' ? [3, 2, ...kernel] : null;
  return { op, x: [1, 2, ...each(3, 9)], w, attributes };
}

/** One file of all windows, each behind another node, so that no type is known from the start. */
function fileOf(windows: readonly Window[], opset: number): FileSpec {
  const constants: Record<string, Tensor> = {};
  windows.forEach(({ w }, i) => {
    if (w) constants[`w${i}`] = random('f32', w, i + 1);
  });
  return {
    inputs: Object.fromEntries(windows.map(({ x }, i) => [`x${i}`, ['f32', x] as const])),
    outputs: windows.map((_, i) => `y${i}`),
    constants,
    nodes: windows.flatMap(({ op, w, attributes }, i) => [
      node(`n${i} = Neg(x${i})`),
      node(`y${i} = ${op}(n${i}${w ? `, w${i}` : ''})`, attributes),
    ]),
    opset,
  };
}

/** What onnxruntime refuses, or leaves without elements, is no matter here. */
async function runs(window: Window, opset: number): Promise<boolean> {
  try {
    const session = await createSession(onnxFile(fileOf([window], opset)));
    const results = await session.run(new Map([['x0', random('f32', window.x)]]));
    await session.release();
    return elementCount(results.get('y0')!.shape) > 0;
  } catch {
    return false;
  }
}

test.each([11, 23])('windows of opset %i have the shapes and values of onnxruntime', async (opset) => {
  const rng = createRng(opset);
  const windows: Window[] = [];
  while (windows.length < 40) {
    const window = drawWindow(rng, opset);
    if (await runs(window, opset)) windows.push(window);
  }
  const feeds = new Map(windows.map(({ x }, i) => [`x${i}`, random('f32', x, i + 1)]));
  const wrong = await modelDifferences(onnxFile(fileOf(windows, opset)), feeds);
  expect(wrong.map((line) => `${line} ${JSON.stringify(windows[Number(/\d+/.exec(line))])}`)).toEqual([]);
});
