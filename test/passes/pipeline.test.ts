import { expect, test } from 'vitest';
import { editGraph } from '../../src/ir/graph.ts';
import { parseGraph, printGraph } from '../../src/ir/text.ts';
import { canonicalize } from '../../src/passes/float/canonicalize.ts';
import { foldConstants } from '../../src/passes/float/fold-constants.ts';
import { definePass, step } from '../../src/passes/pass.ts';
import { runPass, runPipeline } from '../../src/passes/pipeline.ts';
import { InvariantError, UserError } from '../../src/support/errors.ts';

const GRAPH = parseGraph(`input x: f32[2]
y: f32[2] = Identity(x)
z: f32[2] = Neg(y)
return z`);

/** Renames the operator of the last node; remarks, draws and reports on the way. */
const rename = definePass({
  name: 'rename',
  summary: 'Test.',
  requires: ['float-only'],
  provides: [],
  defaults: { op: 'Abs', list: [1, 2] },
  run(graph, { op }, ctx) {
    const last = graph.nodes[graph.nodes.length - 1];
    const edit = editGraph(graph);
    edit.update(last, { op });
    ctx.remark(last, `${op} ${ctx.rng.int(0, 1e6)}`);
    ctx.progress(1, 2);
    return edit.finish();
  },
});

const broken = definePass({ ...rename, name: 'broken', run: (graph) => ({ ...graph, outputs: ['nowhere'] }) });
const liar = definePass({ ...rename, name: 'liar', provides: ['explicit-pads'], run: (graph) => graph });

const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error instanceof UserError ? error.problem : error),
  );

test('runs in order and reports remarks, progress, timings and dumps', async () => {
  const dumps: string[] = [];
  const prints: string[] = [];
  const progress: string[] = [];
  const run = () =>
    runPipeline(GRAPH, [canonicalize, step(rename, { op: 'Exp' })], {
      dumpIr: (index, pass, text) => dumps.push(`${index} ${pass}: ${text.split('\n').length} lines`),
      printIrAfter: ['rename'],
      printIr: (pass, text) => prints.push(`${pass}: ${text}`),
      progress: (pass, done, total) => progress.push(`${pass} ${done}/${total}`),
    });
  const result = await run();

  expect(printGraph(result.graph)).toBe('input x: f32[2]\nz: f32[2] = Exp(x)\nreturn z');
  expect(result.remarks).toEqual([{ pass: 'rename', node: 'z', op: 'Neg', text: expect.stringMatching(/^Exp \d+$/) }]);
  expect(result.timings.map(({ pass }) => pass)).toEqual(['canonicalize', 'rename']);
  expect(dumps).toEqual(['0 input: 4 lines', '1 canonicalize: 3 lines', '2 rename: 3 lines']);
  expect(prints).toEqual(['rename: input x: f32[2]\nz: f32[2] = Exp(x)\nreturn z']);
  expect(progress).toEqual(['rename 1/2']);
  expect((await run()).remarks).toEqual(result.remarks);
});

test('stops after the pass that is named', async () => {
  const result = await runPipeline(GRAPH, [canonicalize, rename], { stopAfter: 'canonicalize', printIrAfter: ['all'] });
  expect(result.timings.map(({ pass }) => pass)).toEqual(['canonicalize']);
  expect(await problemOf(runPipeline(GRAPH, [canonicalize], { stopAfter: 'canonicalise' }))).toEqual({
    code: 'BAD_ARGUMENT',
    message: "the pipeline has no pass 'canonicalise'",
    hint: "did you mean 'canonicalize'?",
  });
  expect(await problemOf(runPipeline(GRAPH, [canonicalize], { printIrAfter: ['xyz'] }))).toMatchObject({
    hint: 'it has canonicalize',
  });
});

test('a missing fact names the offender and who provides it', async () => {
  const graph = parseGraph(`input x: f32[1,1,2,2]
const w: f32[1,1,1,1] = 1
y: f32[1,1,2,2] = Conv(x, w) auto_pad="VALID"
return y`);
  const needy = definePass({ ...rename, name: 'needy', requires: ['explicit-pads'] });
  expect(await problemOf(runPipeline(graph, [needy], { known: [liar] }))).toEqual({
    code: 'BAD_PASS',
    message: "pass 'needy' cannot run here",
    because: [
      "it requires 'explicit-pads' (convolutions and pools state their pads; auto_pad and output_shape are gone), " +
        'but there is y: f32[1,1,2,2] = Conv(x, w) auto_pad="VALID"',
    ],
    hint: "run 'liar' before it",
  });
  expect(await problemOf(runPass(needy, graph))).toMatchObject({ hint: 'no pass provides this: change the model' });
  await expect(runPass(liar, graph)).rejects.toThrow(/^pass 'liar': the promise 'explicit-pads' .* is broken by y: /);
});

test('a broken graph is an InvariantError that names the pass', async () => {
  await expect(runPass(broken, GRAPH)).rejects.toThrow(InvariantError);
  await expect(runPass(broken, GRAPH)).rejects.toThrow(
    /^pass 'broken': broken invariants in the result:\n {2}y: .*: no output needs it/,
  );
  await expect(runPipeline({ ...GRAPH, outputs: [] }, [])).rejects.toThrow(/before the first pass/);
});

test('a pass that must run a graph says so when it cannot', async () => {
  const graph = parseGraph('const w: f32[1] = 1\ny: f32[1] = Exp(w)\nreturn y');
  expect(await problemOf(runPass(foldConstants, graph))).toMatchObject({
    code: 'BAD_ARGUMENT',
    message: expect.stringContaining("'fold-constants'"),
  });
});

test('an abort stops before the next pass', async () => {
  const abort = new AbortController();
  const aborting = definePass({
    ...rename,
    name: 'aborting',
    run(graph) {
      abort.abort();
      return graph;
    },
  });
  await expect(runPipeline(GRAPH, [aborting, rename], { signal: abort.signal })).rejects.toThrow(/abort/i);
});

test('every pass may refuse its options before any pass runs', async () => {
  let ran = 0;
  const first = definePass({
    ...rename,
    name: 'first',
    run(graph) {
      ran++;
      return graph;
    },
  });
  const picky = definePass({
    ...rename,
    name: 'picky',
    check({ op }, { graph, dataset }) {
      const message = `${op} of ${graph.nodes.length} nodes, ${dataset?.length} samples`;
      throw new UserError({ code: 'BAD_ARGUMENT', message });
    },
  });
  const dataset = { length: 3, sample: () => new Map() };
  const problem = await problemOf(runPipeline(GRAPH, [first, step(picky, { op: 'Sin' })], { dataset }));
  expect(problem).toMatchObject({ code: 'BAD_ARGUMENT', message: 'Sin of 2 nodes, 3 samples' });
  expect(ran).toBe(0);
  await runPipeline(GRAPH, [first, picky], { stopAfter: 'first' });
  expect(ran).toBe(1);
});
