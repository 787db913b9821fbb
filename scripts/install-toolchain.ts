/**
 * Installs the compilers and emulators that a step needs, and only what is missing, on Debian and Ubuntu; elsewhere prints the
 * line that does. `tsx scripts/install-toolchain.ts demo | test | long`; each of `long` may be missing, its tests are skipped.
 */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { toolState } from '../src/verify/tool-version.ts';
import { installLine, type System, systemHere, TOOLS, type Tool } from '../src/verify/tools.ts';

const only = (command: string, debian: string): Tool => ({ command, purpose: 'tests', packages: { debian } });

const DEMO = TOOLS.filter(({ command }) => /^(gcc|arm-none-eabi-gcc|qemu-system-arm)$/.test(command));
const TEST = [...TOOLS, only('clang', 'clang'), only('cmake', 'cmake')];
const LONG = [
  ...TEST,
  only('qemu-x86_64', 'qemu-user'),
  only('powerpc-linux-gnu-gcc', 'gcc-powerpc-linux-gnu'),
  only('s390x-linux-gnu-gcc', 'gcc-s390x-linux-gnu'),
  only('frama-c', 'frama-c-base'),
  only('cppcheck', 'cppcheck'),
  only('redis-server', 'redis-server'),
  only('chromium', 'chromium'),
];
const STEPS: Readonly<Record<string, readonly Tool[]>> = { demo: DEMO, test: TEST, long: LONG };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = await missingTools(STEPS[process.argv[2] ?? 'test'] ?? TEST);
  const root = process.getuid?.() === 0;
  const { say, install } = planFor(missing, systemHere(), root, root || (await isHere('sudo')));
  console.log(`install-toolchain: ${say}`);
  for (const [command, ...args] of install ?? []) {
    await execa(command, args, { stdio: 'inherit', env: { DEBIAN_FRONTEND: 'noninteractive' } });
  }
  if (missing.length > 0 && !install) process.exitCode = 1;
}

export interface Plan {
  readonly say: string;
  /** Commands with their arguments; null: the reader does it, or there is nothing to do. */
  readonly install: readonly (readonly [string, ...string[]])[] | null;
}

/** What to do about missing tools. `may`: root, or sudo is there. */
export function planFor(missing: readonly Tool[], system: System | null, root: boolean, may: boolean): Plan {
  if (missing.length === 0) return { say: 'everything is installed', install: null };
  const names = missing.map(({ command }) => command).join(', ');
  if (system !== 'debian' || !may) {
    const line = lineFor(missing, system) ?? 'please install them with the packages of your system';
    return { say: `missing: ${names}. To install them:\n  ${line}`, install: null };
  }
  const packages = missing.flatMap(({ packages: { debian = '' } }) => debian.split(' ')).filter(Boolean);
  const apt = (...args: string[]): readonly [string, ...string[]] =>
    root ? ['apt-get', ...args] : ['sudo', 'apt-get', ...args];
  const install = apt('install', '-q', '-y', '--no-install-recommends', ...new Set(packages));
  return { say: `installing ${[...new Set(packages)].join(' ')}`, install: [apt('update', '-q'), install] };
}

function lineFor(missing: readonly Tool[], system: System | null): string | null {
  return installLine(
    missing.map(({ command }) => command),
    system,
    missing,
  );
}

async function missingTools(tools: readonly Tool[]): Promise<Tool[]> {
  const states = await Promise.all(tools.map(async (tool) => ({ tool, state: await toolState(tool) })));
  return states.filter(({ state }) => 'problem' in state).map(({ tool }) => tool);
}

async function isHere(command: string): Promise<boolean> {
  return !(await execa(command, ['--version'], { reject: false })).failed;
}
