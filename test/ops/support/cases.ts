import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { emitC } from '../../../src/codegen/emit.ts';
import { lowerGraph } from '../../../src/codegen/lower/lower-graph.ts';
import { planConcat } from '../../../src/codegen/plan-memory/plan-concat.ts';
import { planSlices } from '../../../src/codegen/plan-memory/plan-slices.ts';
import { importOnnx } from '../../../src/frontend/import-onnx.ts';
import { newestForm } from '../../../src/frontend/newest-form.ts';
import { type PlainModel, writeModel } from '../../../src/frontend/onnx-writer.ts';
import { NEWEST_OPSET } from '../../../src/frontend/opset.ts';
import { UniqueNames } from '../../../src/frontend/unique-names.ts';
import { upgradeNode } from '../../../src/frontend/upgrade.ts';
import type { MemoryPlan, Port, Program } from '../../../src/ir/program.ts';
import { elementCount } from '../../../src/ir/shape.ts';
import { bytesOf, createData, dataOf, isFloat } from '../../../src/ir/tensor.ts';
import type { Attribute, DType, Graph, Node, Shape, Tensor, TensorType, ValueName } from '../../../src/ir/types.ts';
import { viewArray } from '../../../src/numerics/dtype.ts';
import { floatPasses } from '../../../src/passes/index.ts';
import { runPipeline } from '../../../src/passes/pipeline.ts';
import { createEvaluator } from '../../../src/runtime/evaluator.ts';
import { createSession } from '../../../src/runtime/ort-session.ts';
import { UserError } from '../../../src/support/errors.ts';
import { WARNINGS } from '../../../src/verify/compile.ts';
import { quickPlan } from '../../helpers/quick-plan.ts';

vi.setConfig({ testTimeout: 60_000 });

/** One operator with data: constants are initializers, other tensors inputs; `flipped` ones arrive channels-last. */
export interface Case {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly (Given | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Number of outputs, or which are wanted. Default 1. */
  readonly outputs?: number | readonly boolean[];
}

export interface Given extends Tensor {
  readonly constant?: boolean;
  readonly flipped?: boolean;
}

/** Deterministic test data: small numbers of both signs, all different enough to tell elements apart. */
export function given(shape: Shape, dtype: DType = 'f32', seed = 1): Given {
  const data = createData(dtype, elementCount(shape));
  let state = (seed * 2654435761 + elementCount(shape)) >>> 0;
  const values = Array.from({ length: data.length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const unit = state / 2 ** 32;
    if (dtype === 'bool') return unit < 0.5 ? 0 : 1;
    if (isFloat(dtype)) return Math.fround(unit * 4 - 2);
    return Math.floor(unit * 200) - (dtype.startsWith('u') ? 0 : 100);
  });
  return { dtype, shape, data: dataOf(dtype, values) };
}

export function constant(shape: Shape, values: readonly number[], dtype: DType = 'i64'): Given {
  return { dtype, shape, data: dataOf(dtype, values), constant: true };
}

/** A list of int64. */
export function ints(...values: number[]): Given {
  return constant([values.length], values);
}

export function runtime(shape: Shape, values: readonly number[], dtype: DType = 'i64'): Given {
  return { dtype, shape, data: dataOf(dtype, values) };
}

export const flipped = (tensor: Given): Given => ({ ...tensor, flipped: true });
export const fixed = (tensor: Given): Given => ({ ...tensor, constant: true });

export interface Options {
  readonly opset?: number;
  /** Allowed difference as a part of the output's range; 0 for operators that only move. Default 1e-5. */
  readonly tolerance?: number;
}

/** Runs all cases in onnxruntime and, as one compiled C model, under UBSan and ASan; returns every difference. */
export async function differences(cases: readonly Case[], options: Options = {}): Promise<string[]> {
  const { tolerance = 1e-5, opset = NEWEST_OPSET } = options;
  const model = modelOf(cases, opset);
  const session = await createSession(writeModel(model));
  const expected = await session.run(model.feeds);
  await session.release();
  const program = compiled(graphOf(model, expected));
  const actual = runC(program, model.feeds);
  return [...expected].flatMap(([name, tensor]) => {
    const computed = actual.get(name);
    const problem = computed ? compare(tensor, computed, tolerance) : 'was not computed';
    const index = Number(/^c(\d+)/.exec(name)![1]);
    return problem ? [`${name} = ${describe(cases[index]!)}: ${problem}`] : [];
  });
}

/** A whole model from its ONNX bytes, by the importer and the float passes; one difference per output at most. */
export async function modelDifferences(
  bytes: Uint8Array,
  feeds: ReadonlyMap<ValueName, Tensor>,
  tolerance = 1e-5,
): Promise<string[]> {
  const session = await createSession(bytes);
  const expected = await session.run(feeds);
  await session.release();
  const evaluator = createEvaluator();
  const { graph } = await runPipeline(await importOnnx(bytes), floatPasses, { evaluate: evaluator.evaluate });
  await evaluator.release();
  const actual = runC(compiled(graph), feeds);
  return [...expected].flatMap(([name, tensor]) => {
    const problem = compare(tensor, actual.get(name)!, tolerance);
    return problem ? [`${name}: ${problem}`] : [];
  });
}

/** The outputs of a graph as compiled C computes them. */
export function runGraph(graph: Graph, feeds: ReadonlyMap<ValueName, Tensor>): Map<ValueName, Tensor> {
  return runC(compiled(graph), feeds);
}

/** Errors with their reasons, so that a failing case is named. */
function compiled(graph: Graph): Program {
  try {
    return planConcat(planSlices(lowerGraph(graph, { name: 'cases', ioLayout: 'onnx' })));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, where = '', because = [] } = error.problem;
    throw new Error([message, where, ...because].join('\n'), { cause: error });
  }
}

function describe({ op, inputs, attributes = {} }: Case): string {
  const shown = inputs.map((input) => {
    if (!input) return '_';
    const values = input.constant && input.data.length <= 8 ? ` = ${input.data.join()}` : '';
    return `${input.dtype}[${input.shape}]${input.flipped ? ' flipped' : ''}${values}`;
  });
  return `${op}(${shown.join(', ')}) ${JSON.stringify(attributes)}`;
}

interface Model extends PlainModel {
  readonly opset: number;
  readonly feeds: ReadonlyMap<ValueName, Tensor>;
}

/** The graph as an importer would see it: types as onnxruntime gave them, old nodes in their newest form. */
function graphOf(model: Model, results: ReadonlyMap<ValueName, Tensor>): Graph {
  const constants = new Map(model.constants);
  const types = new Map<ValueName, TensorType>();
  const learn = (name: ValueName, { dtype, shape }: { dtype: DType; shape: Shape }) =>
    types.set(name, { dtype, shape, quant: null });
  for (const [name, tensor] of [...model.feeds, ...constants, ...results]) learn(name, tensor);
  for (const [name, tensor] of model.feeds) learn(`${name}_flipped`, tensor);
  const names = new UniqueNames([...types.keys()]);
  const nodes = model.nodes.flatMap((node) =>
    upgradeNode({ ...node, opset: model.opset, refused: null }, types, constants, names),
  );
  for (const [name, tensor] of constants) learn(name, tensor);
  const inputs = model.inputs.map(({ name }) => name);
  return newestForm({ name: 'cases', inputs, outputs: [...results.keys()], nodes, types, constants });
}

function modelOf(cases: readonly Case[], opset: number): Model {
  const nodes: Omit<Node, 'clip'>[] = [];
  const inputs: { name: ValueName; type: { dtype: DType; shape: Shape } }[] = [];
  const outputs: { name: ValueName; type: null }[] = [];
  const constants = new Map<ValueName, Tensor>();
  const feeds = new Map<ValueName, Tensor>();
  const plain = { domain: '', attributes: {} };
  cases.forEach((one, index) => {
    const names = one.inputs.map((tensor, i) => {
      if (!tensor) return null;
      const name = `c${index}_x${i}`;
      const { dtype, shape, data } = tensor;
      if (tensor.constant) {
        constants.set(name, { dtype, shape, data });
        return name;
      }
      inputs.push({ name, type: { dtype, shape } });
      feeds.set(name, { dtype, shape, data });
      if (!tensor.flipped) return name;
      // A pooling window of one element changes nothing but the layout.
      const kernel_shape = shape.slice(2).map(() => 1);
      const output = `${name}_flipped`;
      nodes.push({
        ...plain,
        op: 'MaxPool',
        name: output,
        inputs: [name],
        outputs: [output],
        attributes: { kernel_shape },
      });
      return output;
    });
    const wanted = typeof one.outputs === 'object' ? one.outputs : new Array<boolean>(one.outputs ?? 1).fill(true);
    const results = wanted.map((on, i) => (on ? `c${index}_y${i}` : null));
    const { op, domain = '', attributes = {} } = one;
    nodes.push({ op, domain, name: `c${index}`, inputs: names, outputs: results, attributes });
    for (const name of results) if (name) outputs.push({ name, type: null });
  });
  return { name: 'cases', nodes, inputs, outputs, constants, opset, feeds };
}

const FLAGS = [...WARNINGS, '-O1'];
/** Debian's clang comes without the sanitizers' run-time library. */
const CHECKS = process.env.CC?.includes('clang') ? [] : ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

function runC(program: Program, feeds: ReadonlyMap<ValueName, Tensor>): Map<ValueName, Tensor> {
  const plan = quickPlan(program);
  const folder = mkdtempSync(join(tmpdir(), 'nibblec-ops-'));
  try {
    for (const [name, text] of emitC(program, plan)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'main.c'), mainText(program, plan));
    const read = program.inputs.map((port) => bytesOf(feeds.get(port.value)!));
    writeFileSync(join(folder, 'in'), Buffer.concat(read));
    const compiler = process.env.CC ?? 'gcc';
    execFileSync(compiler, [...FLAGS, ...CHECKS, '-o', 'run', 'main.c', 'cases.c', 'cases_weights.c', '-lm'], {
      cwd: folder,
      stdio: 'pipe',
    });
    execFileSync('./run', { cwd: folder, stdio: 'pipe', env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' } });
    const result = readFileSync(join(folder, 'out'));
    let offset = 0;
    return new Map(
      program.outputs.map((port) => {
        const copy = new ArrayBuffer(byteSize(port));
        new Uint8Array(copy).set(result.subarray(offset, offset + byteSize(port)));
        offset += byteSize(port);
        return [port.value, { dtype: port.type.dtype, shape: port.shape, data: viewArray(port.type.dtype, copy) }];
      }),
    );
  } catch (error) {
    const kept = process.env.KEEP ? ` (in ${folder})` : '';
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`C failed${kept}: ${words.slice(0, 3000)}`, { cause: error });
  } finally {
    if (!process.env.KEEP) rmSync(folder, { recursive: true });
  }
}

function byteSize(port: Port): number {
  return elementCount(port.shape) * createData(port.type.dtype, 1).BYTES_PER_ELEMENT;
}

/** Fills the arena with a pattern, loads the inputs, runs, stores the outputs; runs twice to see stale state. */
function mainText(program: Program, plan: MemoryPlan): string {
  const at = (port: Port) => plan.offsets.get(port.buffer) ?? 0;
  const move = (call: string, port: Port) =>
    byteSize(port) > 0
      ? `        ok += ${call}(arena.bytes + ${at(port)}, 1, ${byteSize(port)}, f) == ${byteSize(port)};`
      : '';
  return `#include <stdio.h>
#include <string.h>
#include "cases.h"
static cases_arena arena;
int main(void)
{
    size_t ok = 0;
    for (int round = 0; round < 2; round++) {
        memset(&arena, 0xA5, sizeof arena);
        FILE *f = fopen("in", "rb");
${program.inputs.map((port) => move('fread', port)).join('\n')}
        fclose(f);
        cases_run(&arena);
        f = fopen("out", "wb");
${program.outputs.map((port) => move('fwrite', port)).join('\n')}
        fclose(f);
    }
    return ok == 0;
}
`;
}

function compare(expected: Tensor, actual: Tensor, tolerance: number): string | null {
  if (expected.dtype !== actual.dtype) return `is ${actual.dtype}, not ${expected.dtype}`;
  if (expected.shape.join() !== actual.shape.join()) return `has shape [${actual.shape}], not [${expected.shape}]`;
  const want = Array.from(expected.data as ArrayLike<number | bigint>, Number);
  const got = Array.from(actual.data as ArrayLike<number | bigint>, Number);
  const real = isFloat(expected.dtype);
  const finite = want.filter(Number.isFinite);
  const range = real
    ? Math.max(
        1e-3,
        finite.reduce((m, v) => Math.max(m, Math.abs(v)), 0),
      )
    : 0;
  for (let i = 0; i < want.length; i++) {
    const same = Object.is(want[i], got[i]) || want[i] === got[i];
    if (!same && !(Math.abs(want[i]! - got[i]!) <= tolerance * range)) {
      return `element ${i} is ${got[i]}, not ${want[i]}`;
    }
  }
  return null;
}
