import { compileAndLink, harnessFile, objectSizes } from './compile.ts';
import { runTool, toolAvailable } from './run-tool.ts';
import type { Toolchain } from './toolchain.ts';

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
export function hostGcc(compiler: 'gcc' | 'clang' = 'gcc'): Toolchain {
  return {
    name: compiler,
    clockUnit: 'nanoseconds',
    available: () => toolAvailable(compiler),
    async build(request) {
      const sanitize = request.sanitize ? SANITIZE[compiler] : [];
      return compileAndLink(request, {
        compiler,
        machineFlags: sanitize,
        compileFlags: [],
        linkFlags: ['-lm'],
        machineFiles: new Map([
          ['port.h', await harnessFile('port.h')],
          ['port_host.c', await harnessFile('port_host.c')],
        ]),
      });
    },
    run: (built, options) =>
      runTool(built.program, [], { directory: built.directory, environment: ENVIRONMENT, ...options }),
    size: (built) => objectSizes('size', built),
  };
}
