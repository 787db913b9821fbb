import { type ArmBoardName, BOARDS, type Board } from './boards.ts';
import { type Compiler, compileAndLink, compileObjects, objectSizes } from './compile.ts';
import { linkAlone } from './link-alone.ts';
import { runTool, toolAvailable } from './run-tool.ts';
import { findsLibrary } from './tool-version.ts';
import type { BuildRequest, Toolchain } from './toolchain.ts';

const COMPILER = 'arm-none-eabi-gcc';
const EMULATOR = 'qemu-system-arm';

/** No runtime library on bare metal: undefined behaviour becomes a trap, which the fault handler reports. */
const SANITIZE = ['-fsanitize=undefined', '-fsanitize-undefined-trap-on-error'];

/** `flags` select the core and the ABI: ['-mthumb', '-mcpu=cortex-m4', ...], as in a target file. */
export function armQemu(board: ArmBoardName, flags: readonly string[]): Toolchain {
  const cpu = flags.find((flag) => flag.startsWith('-mcpu=')) ?? '';
  const [numerator, denominator] = BOARDS[board].instructionsPerTick;
  const compiler = (request: BuildRequest): Compiler => ({
    command: COMPILER,
    machineFlags: flags,
    compileFlags: [
      ...(request.sanitize ? SANITIZE : []),
      '-fcallgraph-info=su', // frames and calls of each function, for stack-usage.ts
      '-g', // which functions were inlined where, for code-by-function.ts; changes no instruction
      `-DPORT_TICK_NUMERATOR=${numerator}`,
      `-DPORT_TICK_DENOMINATOR=${denominator}`,
    ],
    linkFlags: ['--specs=rdimon.specs', '-nostartfiles', '-T', 'board.ld', ...memoryMap(BOARDS[board]), '-lm'],
    machineFiles: ['port.h', 'port_arm.c', 'board.ld'],
  });
  return {
    name: `${COMPILER} ${cpu} on ${board}`,
    clockUnit: 'instructions',
    objdump: 'arm-none-eabi-objdump',
    boundsStack: true,
    available,
    compile: (request) => compileObjects(request, compiler(request)),
    build: (request) => compileAndLink(request, compiler(request)),
    run: (built, options) =>
      runTool(EMULATOR, [...emulatorArguments(board), '-kernel', built.program], {
        directory: built.directory,
        ...options,
      }),
    size: (compiled) => objectSizes('arm-none-eabi-size', compiled),
    linkAlone: (compiled, roots) => linkAlone(COMPILER, ['--specs=nosys.specs', ...flags], compiled, roots),
  };
}

async function available(): Promise<true | string> {
  for (const tool of [COMPILER, EMULATOR]) {
    const verdict = await toolAvailable(tool);
    if (verdict !== true) return verdict;
  }
  return (await findsLibrary(COMPILER, 'rdimon.specs')) || 'newlib for arm-none-eabi is not installed';
}

function memoryMap({ vectors, code, constants, ram }: Board): string[] {
  const symbols = {
    VECTORS_ORIGIN: vectors,
    CODE_ORIGIN: code.origin,
    CODE_BYTES: code.bytes,
    CONSTANTS_ORIGIN: constants.origin,
    CONSTANTS_BYTES: constants.bytes,
    RAM_ORIGIN: ram.origin,
    RAM_BYTES: ram.bytes,
  };
  return Object.entries(symbols).map(([name, value]) => `-Wl,--defsym=${name}=0x${value.toString(16)}`);
}

/** Semihosting gives files and standard output; icount makes time a count of instructions, the same on every run. */
function emulatorArguments(board: ArmBoardName): string[] {
  return [
    ...['-M', board],
    ...['-display', 'none', '-monitor', 'none', '-serial', 'none'],
    ...['-semihosting-config', 'enable=on,target=native'],
    ...['-icount', 'shift=0'],
  ];
}
