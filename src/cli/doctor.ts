import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { renderTable } from '../report/table.ts';
import { loadTarget } from '../targets/load.ts';
import type { Target } from '../targets/target.ts';
import { type ToolState, toolState } from '../verify/tool-version.ts';
import { installLine, systemHere, TOOLS, type Tool } from '../verify/tools.ts';
import { VERSION } from '../version.ts';
import { ExitStatus } from './exit-status.ts';
import { say, sayJson } from './say.ts';

interface Flags {
  readonly target?: string;
  readonly json?: boolean;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('which tools are here, and what each is for')
    .description(
      'Tell which compilers and emulators are found, in which version, what each is for, and the line that installs the rest.\n' +
        'None is needed to turn a model into C. With --target: only what that part needs, and status 3 where it is missing.',
    )
    .option('-t, --target <name>', "a name from 'nibblec targets', or the path of a target file")
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
Examples:
  $ nibblec doctor
  $ nibblec doctor -t stm32f405rg
`;

interface Found {
  readonly tool: Tool;
  readonly state: ToolState;
}

async function run({ target, json }: Flags): Promise<void> {
  const wanted = target === undefined ? TOOLS : toolsOf(await loadTarget(target));
  const found: Found[] = [];
  for (const tool of wanted) found.push({ tool, state: await toolState(tool) });
  const missing = found.filter(({ state }) => 'problem' in state).map(({ tool }) => tool.command);
  const install = installLine(missing, systemHere());
  if (json) {
    const tools = found.map(({ tool: { command, purpose }, state }) => ({ command, purpose, ...state }));
    sayJson({ version: VERSION, node: process.versions.node, platform: process.platform, tools, install });
  } else say(render(found, install));
  if (target !== undefined && missing.length > 0) throw new ExitStatus(3);
}

function toolsOf({ toolchain, emulator }: Target): readonly Tool[] {
  const needed = ['gcc', ...(toolchain.name === 'host-gcc' ? [] : [toolchain.name, emulatorOf(emulator)])];
  return TOOLS.filter(({ command }) => needed.includes(command));
}

function emulatorOf(emulator: Target['emulator']): string {
  if (emulator === null) return '';
  if (emulator === 'simavr') return 'simavr';
  return emulator === 'virt' ? 'qemu-system-riscv32' : 'qemu-system-arm';
}

function render(found: readonly Found[], install: string | null): string {
  const columns = [{ title: 'tool' }, { title: 'version' }, { title: 'for' }];
  const rows = found.map(({ tool, state }) => [
    tool.command,
    'version' in state ? state.version : state.problem,
    tool.purpose,
  ]);
  return [
    `nibblec ${VERSION}, Node.js ${process.versions.node} on ${process.platform} ${process.arch}: models become C`,
    '',
    ...renderTable(columns, rows),
    '',
    install === null ? 'All of these are here.' : `To install what is missing:\n  ${install}`,
    `Pages: ${relative(process.cwd(), DOCS) || 'docs'}`,
  ].join('\n');
}

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
