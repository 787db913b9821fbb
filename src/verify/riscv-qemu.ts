import { type Compiler, compileAndLink, compileObjects, objectSizes } from './compile.ts';
import { linkAlone } from './link-alone.ts';
import { runTool, toolAvailable } from './run-tool.ts';
import { findsLibrary } from './tool-version.ts';
import type { BuildRequest, Toolchain } from './toolchain.ts';

const COMPILER = 'riscv64-unknown-elf-gcc';
const EMULATOR = 'qemu-system-riscv32';

/** No runtime library on bare metal: undefined behaviour becomes a trap, which the port reports. */
const SANITIZE = ['-fsanitize=undefined', '-fsanitize-undefined-trap-on-error'];

/** The board's memory starts at 0x80000000; picolibc's linker script takes code from here and variables from there. */
const MEMORY = { __flash: 0x8000_0000, __flash_size: 0x0200_0000, __ram: 0x8200_0000, __ram_size: 0x0200_0000 };

/** RV32 on QEMU's `virt` board, with exactly the extensions of -march: an instruction of another one is a fault. */
export function riscvQemu(flags: readonly string[]): Toolchain {
  const architecture = (flags.find((flag) => flag.startsWith('-march=')) ?? '-march=rv32i').slice('-march='.length);
  const compiler = (request: BuildRequest): Compiler => ({
    command: COMPILER,
    machineFlags: ['--specs=picolibc.specs', ...flags],
    compileFlags: request.sanitize ? SANITIZE : [],
    linkFlags: ['--oslib=semihost', '--crt0=hosted', ...memoryFlags(), '-lm'],
    machineFiles: ['port.h', 'port_riscv.c'],
  });
  return {
    name: `${COMPILER} ${architecture} on virt`,
    clockUnit: 'instructions',
    objdump: 'riscv64-unknown-elf-objdump',
    available,
    compile: (request) => compileObjects(request, compiler(request)),
    build: (request) => compileAndLink(request, compiler(request)),
    run: (built, options) =>
      runTool(EMULATOR, [...emulatorArguments(architecture), '-kernel', built.program], {
        directory: built.directory,
        ...options,
      }),
    size: (compiled) => objectSizes('riscv64-unknown-elf-size', compiled),
    linkAlone: (compiled, roots) =>
      linkAlone(COMPILER, ['--specs=picolibc.specs', ...flags, ...memoryFlags()], compiled, roots),
  };
}

async function available(): Promise<true | string> {
  for (const tool of [COMPILER, EMULATOR]) {
    const verdict = await toolAvailable(tool);
    if (verdict !== true) return verdict;
  }
  return (await findsLibrary(COMPILER, 'picolibc.specs')) || 'picolibc for RISC-V is not installed';
}

function memoryFlags(): string[] {
  return Object.entries(MEMORY).map(([name, value]) => `-Wl,--defsym=${name}=0x${value.toString(16)}`);
}

/** Semihosting gives files and standard output; icount makes minstret exact and the same on every run. */
function emulatorArguments(architecture: string): string[] {
  return [
    ...['-M', 'virt', '-bios', 'none', '-cpu', `rv32,${cpuProperties(architecture)}`],
    ...['-display', 'none', '-monitor', 'none', '-serial', 'none'],
    ...['-semihosting-config', 'enable=on,target=native'],
    ...['-icount', 'shift=0'],
  ];
}

/** 'rv32ec' -> 'i=false,e=true,h=false,m=false,a=false,f=false,d=false,c=true' */
function cpuProperties(architecture: string): string {
  const letters = architecture.slice('rv32'.length).split('_')[0]!;
  const base = letters.startsWith('e') ? { i: false, e: true } : { i: true, e: false };
  const extensions = Object.fromEntries([...'mafdc'].map((letter) => [letter, letters.slice(1).includes(letter)]));
  return Object.entries({ ...base, h: false, ...extensions })
    .map(([name, on]) => `${name}=${on}`)
    .join(',');
}
