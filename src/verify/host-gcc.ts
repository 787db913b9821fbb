import { type Compiler, compileAndLink, compileObjects, objectSizes } from './compile.ts';
import { runTool, toolAvailable } from './run-tool.ts';
import type { BuildRequest, Toolchain } from './toolchain.ts';

/**
 * The first finding ends the run; -g: reports name file and line. Distributions pack clang's sanitizer libraries apart,
 * so with clang undefined behaviour traps and memory is left to gcc.
 */
const SANITIZE = {
  gcc: [
    '-fsanitize=address,undefined,float-cast-overflow',
    '-fno-sanitize-recover=all',
    '-fno-omit-frame-pointer',
    '-g',
  ],
  clang: ['-fsanitize=undefined,float-cast-overflow', '-fsanitize-trap=all'],
};

/** LeakSanitizer needs ptrace, which containers forbid; generated code allocates nothing anyway. */
const ENVIRONMENT = { ASAN_OPTIONS: 'detect_leaks=0', UBSAN_OPTIONS: 'print_stacktrace=1' };

/** This computer's gcc or clang. */
export function hostGcc(command: 'gcc' | 'clang' = 'gcc'): Toolchain {
  const compiler = (request: BuildRequest): Compiler => ({
    command,
    machineFlags: request.sanitize ? SANITIZE[command] : [],
    compileFlags: [],
    linkFlags: ['-lm'],
    machineFiles: ['port.h', 'port_host.c'],
  });
  return {
    name: command,
    clockUnit: 'nanoseconds',
    objdump: 'objdump',
    available: () => toolAvailable(command),
    compile: (request) => compileObjects(request, compiler(request)),
    build: (request) => compileAndLink(request, compiler(request)),
    run: (built, options) =>
      runTool(built.program, [], { directory: built.directory, environment: ENVIRONMENT, ...options }),
    size: (compiled) => objectSizes('size', compiled),
  };
}
