// Compiles the example in float32 and in int8, builds and runs both, and prints how they compare. `npm run demo`
import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NIBBLEC = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const MODEL = 'examples/shapes/shapes.onnx';
const TEST = ['--verify', '--data', 'examples/shapes/test.json', '--count', '500'];
const COMMON = ['--target', 'stm32f405rg', ...TEST];
const CALIBRATE = ['--calibrate', 'examples/shapes/calibration.json'];

const commands = [
  ['compile', MODEL, ...COMMON, '-o', 'generated/float32'],
  ['compile', MODEL, ...COMMON, ...CALIBRATE, '-o', 'generated/int8'],
];
console.log('A classifier of 24x24 images into C for an STM32F405, verified on 500 test images:\n');
for (const command of commands) console.log(`  nibblec ${command.join(' ').replace(' --verify', ' \\\n    --verify')}`);

const [float32, int8] = await Promise.all(commands.map(nibblec));
printTable([
  ['', 'float32', 'int8'],
  ['accuracy', ...[float32, int8].map(accuracy)],
  ['flash', ...[float32, int8].map(({ report }) => bytes(report.flash.neededBytes))],
  ['RAM with stack', ...[float32, int8].map(({ report }) => bytes(report.ram.neededBytes))],
  ['C against onnxruntime', '', ''],
  ['  this computer, sanitizers on', ...[float32, int8].map(({ verdicts }) => agreement(verdicts[0]))],
  ['  Cortex-M4 in QEMU', ...[float32, int8].map(({ verdicts }) => agreement(verdicts[1]))],
]);
console.log(`The C is yours to read: generated/int8/${int8.files.join(', ')}

Next
  a firmware around it, in QEMU    make -C examples/stm32 shapes run
  your own model                   npx nibblec inspect MODEL.onnx    and docs/tutorial.md`);

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
  return `${(100 * verdicts[1].top1).toFixed(1)} %`;
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

function printTable(rows) {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  console.log();
  for (const [title, ...cells] of rows) {
    const line = cells.map((cell, i) => `   ${cell.padStart(widths[i + 1])}`).join('');
    console.log(`  ${title.padEnd(widths[0])}${line}`.trimEnd());
  }
  console.log();
}
