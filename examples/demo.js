// Compiles the examples in float32, in int8 and in few bits, builds and runs all, and prints how they compare. `npm run demo`
import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const NIBBLEC = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const BUILDS_AT_ONCE = 2;

const MODELS = [
  { name: 'shapes', told: 'ten shapes in 24x24 images' },
  { name: 'vibration', told: 'five faults of a machine, by the acceleration of its bearing' },
];
const PRECISIONS = [
  { title: 'float32', file: '', calibrated: false },
  { title: 'int8', file: '', calibrated: true },
  { title: '4-bit INQ', file: '_inq', calibrated: false },
  { title: 'ternary TTQ', file: '_ternary', calibrated: false },
];

console.log('Two classifiers into C for an STM32F405, each verified on 500 test samples:\n');
for (const precision of PRECISIONS) {
  console.log(`  nibblec ${commandOf('shapes', precision).join(' ').replace(' --verify', ' \\\n    --verify')}`);
}
console.log('  and the same for vibration');

const runs = MODELS.flatMap(({ name }) => PRECISIONS.map((precision) => commandOf(name, precision)));
const results = await inTurns(runs, nibblec);
for (const [i, { name, told }] of MODELS.entries()) {
  const own = results.slice(i * PRECISIONS.length, (i + 1) * PRECISIONS.length);
  printTable([
    [`${name}: ${told}`],
    ['', ...PRECISIONS.map(({ title }) => title)],
    ['accuracy', ...own.map(accuracy)],
    ['weights', ...own.map(({ report }) => bytes(report.flash.weightBytes))],
    ['flash with code', ...own.map(({ report }) => bytes(report.flash.neededBytes))],
    ['RAM with stack', ...own.map(({ report }) => bytes(report.ram.neededBytes))],
    ['C against onnxruntime'],
    ['  this computer, sanitizers on', ...own.map(({ verdicts }) => agreement(verdicts[0]))],
    ['  Cortex-M4 in QEMU', ...own.map(({ verdicts }) => agreement(verdicts[1]))],
  ]);
}
console.log(`
The C is yours to read: generated/shapes/int8/${results[1].files.join(', ')}

Next
  a firmware around it, in QEMU    make -C examples/stm32 shapes run
  your own model                   npx nibblec inspect MODEL.onnx    and docs/tutorial.md`);

function commandOf(name, { file, calibrated }) {
  const folder = `generated/${name}/${file.slice(1) || (calibrated ? 'int8' : 'float32')}`;
  const model = `examples/${name}/${name}${file}.onnx`;
  const calibrate = calibrated ? ['--calibrate', `examples/${name}/calibration.json`] : [];
  const test = ['--verify', '--data', `examples/${name}/test.json`, '--count', '500'];
  return ['compile', model, '--target', 'stm32f405rg', ...calibrate, ...test, '-o', folder];
}

/** The results of `work` on each item, in order; so many at once as a small computer bears. */
async function inTurns(items, work) {
  const made = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [i, item] of waiting) made[i] = await work(item);
  };
  await Promise.all(Array.from({ length: BUILDS_AT_ONCE }, worker));
  return made;
}

/** Runs the command line from the repository's root and returns its JSON. */
async function nibblec(args) {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [NIBBLEC, ...args, '--json'], {
      cwd: ROOT,
      maxBuffer: 2 ** 28,
    });
    return JSON.parse(stdout);
  } catch (error) {
    console.error(
      `\n${relative(ROOT, NIBBLEC)} ${args.join(' ')} failed:\n${error.stdout || error.stderr || error.message}`,
    );
    process.exit(1);
  }
}

function accuracy({ verdicts }) {
  return `${(100 * verdicts[1].score.value).toFixed(1)} %`;
}

function bytes(count) {
  return `${count.toLocaleString('en-US')} B`;
}

/** Integers are equal or not; floats are told by their largest difference over all layers, relative to the layer's range. */
function agreement({ passed, layers, outputs }) {
  if (!passed) return 'DIFFERS';
  const all = [...layers, ...outputs];
  if (all.every(({ exact }) => exact)) return 'bit-exact';
  return `within ${Math.max(...all.map(({ maxError, range }) => maxError / range)).toExponential(0)}`;
}

/** Columns as wide as they must be; a row of one cell may be longer. */
function printTable(rows) {
  const full = rows.filter((row) => row.length > 1);
  const widths = full[0].map((_, column) => Math.max(...full.map((row) => row[column].length)));
  console.log();
  for (const [title, ...cells] of rows) {
    const line = cells.map((cell, i) => `   ${cell.padStart(widths[i + 1])}`).join('');
    console.log(`  ${title.padEnd(widths[0])}${line}`.trimEnd());
  }
}
