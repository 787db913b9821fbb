/**
 * npm run fuzz:models -- [--count N] [--seed S] [--only INDEX,...] [--keep DIR] [--op NAME] [--numbers wild] [--page]: random models
 * through the whole compiler, their C on this computer against onnxruntime on the very file. Exit status 2 where any differ.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { onnxFile } from '../helpers/onnx-file.ts';
import { FAMILIES } from './families/index.ts';
import { describeOutcome } from './mistakes.ts';
import { VERDICTS } from './outcome.ts';
import { writePage } from './page.ts';
import { reasonsOf } from './reasons.ts';
import { runModels } from './run-models.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    op: { type: 'string' },
    numbers: { type: 'string', default: 'tame' },
    keep: { type: 'string' },
    page: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const all =
  values.only !== undefined
    ? values.only.split(',').map(Number)
    : Array.from({ length: Number(values.count) }, (_, i) => i);
if (values.numbers !== 'tame' && values.numbers !== 'wild') throw new Error('--numbers is tame or wild');
const indices = all.filter((index) => !values.op || FAMILIES[index % FAMILIES.length].op === values.op);
const folder = mkdtempSync(join(tmpdir(), 'nibblec-fuzz-'));
const outcomes = await runModels({
  seed,
  indices,
  folder,
  numbers: values.numbers,
  progress: (done) => process.stderr.write(`\r${done} of ${indices.length} models `),
});
rmSync(folder, { recursive: true });
process.stderr.write('\n');

const shown = values.only === undefined ? outcomes.filter(({ verdict }) => verdict === 'differ') : outcomes;
for (const outcome of shown) console.log(describeOutcome(seed, outcome));
if (values.keep !== undefined) {
  mkdirSync(values.keep, { recursive: true });
  for (const { model } of shown) writeFileSync(join(values.keep, `${seed}-${model.index}.onnx`), onnxFile(model));
}
for (const verdict of ['refused', 'told', 'unsupported', 'off'] as const) {
  for (const { text, operators, models } of reasonsOf(outcomes, verdict))
    console.log(`${verdict} ${models} ${text}: ${[...operators.keys()].join(', ')}`);
}
for (const verdict of VERDICTS) {
  console.log(`${verdict.padEnd(12)} ${outcomes.filter((outcome) => outcome.verdict === verdict).length}`);
}
if (values.page) writePage(seed, outcomes);
process.exitCode = outcomes.some(({ verdict }) => verdict === 'differ') ? 2 : 0;
