/**
 * Writes the output of every command that the pages show, and the table of measured results, into the pages:
 * `npm run build && npx tsx scripts/outputs.ts`. Needs gcc, arm-none-eabi-gcc and QEMU.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa, parseCommandString } from 'execa';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));
export const PAGES = ['README.md', 'docs/tutorial.md', 'examples/README.md'] as const;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of PAGES) {
    const text = readFileSync(`${ROOT}${page}`, 'utf8');
    writeFileSync(`${ROOT}${page}`, withResults(await withOutputs(text)));
  }
}

/** The page with the output of each block ```console whose first line is `$ npx nibblec ...` or `$ npm run demo`. */
export async function withOutputs(page: string): Promise<string> {
  const blocks = /^```console\n\$ ((?:.*\\\n)*.*)\n[\s\S]*?^```$/gm;
  let text = '';
  let end = 0;
  for (const match of page.matchAll(blocks)) {
    const output = await outputOf(match[1].replaceAll('\\\n', ' '));
    text += `${page.slice(end, match.index)}\`\`\`console\n$ ${match[1]}\n${output.trim()}\n\`\`\``;
    end = match.index + match[0].length;
  }
  return text + page.slice(end);
}

async function outputOf(command: string): Promise<string> {
  const program = command
    .replace(/^npx nibblec /, 'dist/cli/main.js ')
    .replace(/^npm run demo$/, 'examples/shapes/demo.js');
  if (program === command) throw new Error(`pages may show the output of nibblec and of the demo, not of: ${command}`);
  // An error's text is on the other stream; progress is too, but only where the command succeeds.
  const { stdout, stderr, exitCode } = await execa('node', parseCommandString(program), { cwd: ROOT, reject: false });
  return exitCode === 0 ? stdout : stderr;
}

interface Result {
  readonly model: string;
  readonly precision: 'float32' | 'int8';
  readonly core: string;
  readonly optimize: string;
  readonly instructions: number | null;
  readonly flashBytes: number | null;
  readonly arenaBytes: number;
  readonly stackBytes: number | null;
  readonly top1: number | null;
}

/** The page with the measured numbers between its marks, as docs/benchmarks/*.json have them. */
export function withResults(page: string): string {
  const models: readonly Result[] = benchmark('models.json') ?? [];
  const conformance: Conformance | null = benchmark('conformance.json');
  const between = (mark: string, text: string, content: string) =>
    text.replace(new RegExp(`(<!-- ${mark} -->)[\\s\\S]*?(<!-- end of ${mark} -->)`), `$1${content}$2`);
  const tests = conformance && `${conformance.passed} of the ${conformance.total} ONNX node tests`;
  const table = models.length === 0 ? '' : `\n${resultsTable(models)}\n`;
  return between('conformance', between('results', page, table), tests ?? '');
}

function benchmark(name: string) {
  const path = `${ROOT}docs/benchmarks/${name}`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

interface Conformance {
  readonly passed: number;
  readonly total: number;
}

/** One row per model: float32 -> int8 on a Cortex-M4F at -O2. */
function resultsTable(results: readonly Result[]): string {
  const measured = results.filter(({ core, optimize }) => core === 'cortex-m4f' && optimize === '-O2');
  const rows = [...new Set(measured.map(({ model }) => model))].flatMap((model) => {
    const [float32, int8] = (['float32', 'int8'] as const).map((precision) =>
      measured.find((result) => result.model === model && result.precision === precision),
    );
    if (!int8) return [];
    const cell = (text: (result: Result) => string) => `${float32 ? text(float32) : '-'} → ${text(int8)}`;
    const ram = ({ arenaBytes, stackBytes }: Result) => kilobytes(stackBytes === null ? null : arenaBytes + stackBytes);
    return [
      [
        `| ${model}`,
        int8.top1 === null ? '-' : cell(({ top1 }) => (top1 === null ? '-' : `${(100 * top1).toFixed(1)} %`)),
        cell(({ flashBytes }) => kilobytes(flashBytes)),
        cell(ram),
        `${cell(({ instructions }) => (instructions === null ? '-' : (instructions / 1e6).toFixed(1)))} |`,
      ].join(' | '),
    ];
  });
  return [
    '| model | top-1 | flash, kB | RAM, kB | million instructions |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function kilobytes(bytes: number | null): string {
  return bytes === null ? '-' : (bytes / 1000).toFixed(1);
}
