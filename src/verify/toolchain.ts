/** Something that turns C into a program, runs it and tells its size: the host's compiler, or a cross compiler with an emulator. */
export interface Toolchain {
  /** For people: 'gcc', 'arm-none-eabi-gcc -mcpu=cortex-m4 on mps2-an386'. */
  readonly name: string;
  /** What the harness's clock counts. */
  readonly clockUnit: 'instructions' | 'cycles' | 'nanoseconds';
  /** Disassembler of its programs. */
  readonly objdump: string;
  /** The harness's main file, in templates/harness. Default harness.c, for machines that can open files. */
  readonly harness?: string;
  /** stack-usage.ts can read its programs. Default no. */
  readonly boundsStack?: boolean;
  /** True, or the reason why not and what to install. */
  available(): Promise<true | string>;
  /**
   * Compiles each .c file by itself with the product's warning set as errors.
   * @throws UserError TOOL_FAILED with the compiler's first lines, TOOL_MISSING.
   */
  compile(request: BuildRequest): Promise<Compiled>;
  /**
   * Compiles each .c file, and links all with the machine's own start-up.
   * @throws UserError TOOL_FAILED with the compiler's first lines, TOOL_MISSING.
   */
  build(request: BuildRequest): Promise<Built>;
  /**
   * Runs the program in its directory. Any exit status is a result.
   * @throws UserError TOOL_FAILED when it does not end in time, TOOL_MISSING.
   */
  run(built: Built, options?: RunOptions): Promise<RunResult>;
  /** Bytes per section of each object file, by source name. */
  size(compiled: Compiled): Promise<ReadonlyMap<string, SectionSizes>>;
  /** Links only what the `roots` (symbols) reach, without start-up. Absent where libraries are shared (host). */
  linkAlone?(compiled: Compiled, roots: readonly string[]): Promise<Alone>;
}

export type Optimize = '-O0' | '-O1' | '-O2' | '-O3' | '-Os';

export interface BuildRequest {
  /** File name -> text of C sources and headers; only .c files are compiled. */
  readonly files: ReadonlyMap<string, string>;
  /** Where they are written and built; created when missing. */
  readonly directory: string;
  readonly optimize: Optimize;
  /** 'NAME' or 'NAME=value'. */
  readonly defines?: readonly string[];
  /** Further compiler flags, e.g. include paths. */
  readonly flags?: readonly string[];
  /** Host gcc: AddressSanitizer and UBSan. clang and bare metal: UBSan that traps. */
  readonly sanitize?: boolean;
}

export interface Compiled {
  readonly directory: string;
  /** Source name -> path of its object file. */
  readonly objects: ReadonlyMap<string, string>;
}

export interface Built extends Compiled {
  /** Path of the program. */
  readonly program: string;
}

/** A model linked by itself: what it and nothing else brings into a firmware. */
export interface Alone {
  /** Path of the ELF; its addresses mean nothing. */
  readonly program: string;
  /** Bytes per object: 'kws.o', or 'libgcc.a(_divsi3.o)' for what the libraries add. */
  readonly sections: ReadonlyMap<string, SectionSizes>;
  /** Bytes of instructions per function, see codeByFunction(). */
  readonly code: ReadonlyMap<string, number>;
}

export interface RunOptions {
  readonly timeoutSeconds?: number;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time. */
  readonly seconds: number;
}

export interface SectionSizes {
  readonly text: number;
  readonly rodata: number;
  readonly data: number;
  readonly bss: number;
}
