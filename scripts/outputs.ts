/**
 * Writes the output of every command that the pages show, and the table of measured results, into the pages:
 * `npm run build && npx tsx scripts/outputs.ts`. Needs gcc, arm-none-eabi-gcc and QEMU.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa, parseCommandString } from 'execa';
import { withResults } from './results.ts';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Every page, so that none can show what its commands do not print. */
export const PAGES: readonly string[] = [
  'README.md',
  ...pagesIn('docs'),
  'examples/README.md',
  'examples/stm32/README.md',
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of PAGES) {
    const text = readFileSync(`${ROOT}${page}`, 'utf8');
    writeFileSync(`${ROOT}${page}`, withResults(await withOutputs(text)));
  }
}

function pagesIn(folder: string): string[] {
  const files = readdirSync(`${ROOT}${folder}`).filter((name) => name.endsWith('.md'));
  return files.sort().map((name) => `${folder}/${name}`);
}

/**
 * Commands in blocks without output whose model lies in this repository: these would show what nobody has run. Commands
 * on files of the reader's own (`model.onnx`) may stand there.
 */
export function unrunCommands(page: string): string[] {
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text.replaceAll('\\\n', ' '));
  return blocks
    .flatMap((text) => text.split('\n'))
    .filter((line) => /^(npx )?nibblec .*\bexamples\/\S+\.onnx/.test(line));
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
  const program = command.replace(/^npx nibblec /, 'dist/cli/main.js ').replace(/^npm run demo$/, 'examples/demo.js');
  if (program === command) throw new Error(`pages may show the output of nibblec and of the demo, not of: ${command}`);
  // An error's text is on the other stream; progress is too, but only where the command succeeds.
  const { stdout, stderr, exitCode } = await execa('node', parseCommandString(program), { cwd: ROOT, reject: false });
  return exitCode === 0 ? stdout : stderr;
}
