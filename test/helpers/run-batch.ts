import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { GeneratedFiles } from '../../src/codegen/emit.ts';
import { accessorNames, outputAccessors, returnsCode } from '../../src/codegen/port-names.ts';
import type { Program } from '../../src/ir/program.ts';
import { arenaBytes } from '../../src/ir/tensor.ts';
import type { Tensor } from '../../src/ir/types.ts';
import { WARNINGS } from '../../src/verify/compile.ts';
import { cutToCounts, isCount } from '../../src/verify/cut-to-counts.ts';
import { fromMemory, toMemory } from '../../src/verify/samples.ts';
import { difference, type Tolerance } from './compare.ts';

/** A program as C, with what it is fed and what it must give. */
export interface Case {
  readonly name: string;
  readonly program: Program;
  readonly files: GeneratedFiles;
  readonly feeds: ReadonlyMap<string, Tensor>;
  /** Outputs that are not here are not compared. */
  readonly wanted: ReadonlyMap<string, Tensor>;
}

export interface BatchOptions {
  /** Under ASan and UBSan. */
  readonly sanitize?: boolean;
  /** Default: ONNX's own. */
  readonly tolerance?: Tolerance;
  /** Judges all outputs at once, in place of the comparison with `wanted`: null, or what is wrong. */
  readonly judge?: (test: Case, outputs: ReadonlyMap<string, Tensor>) => Promise<string | null>;
}

/**
 * Builds the cases into one program, runs all of them in it, compares the outputs with the wanted ones. One process for
 * many: to start one takes tens of milliseconds where the tests' own is large.
 * Result by case name: null, or what went wrong.
 */
export async function runBatch(
  folder: string,
  cases: readonly Case[],
  options: BatchOptions = {},
): Promise<Map<string, string | null>> {
  mkdirSync(folder, { recursive: true });
  const sources = cases.flatMap((test) => [...test.files].map(([file, text]) => ({ file, text })));
  for (const { file, text } of sources) if (/\.[ch]$/.test(file)) writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'main.c'), mainText(cases));
  const units = cases.map((test) => writeUnit(folder, test));
  const flags = [
    '-O0',
    ...WARNINGS,
    ...(options.sanitize ? ['-fsanitize=address,undefined', '-fno-sanitize-recover'] : []),
  ];
  const build = await execa(process.env.CC ?? 'gcc', [...flags, ...units, 'main.c', '-lm', '-o', 'batch'], {
    cwd: folder,
    reject: false,
  });
  if (build.failed && cases.length === 1) return new Map([[cases[0].name, `gcc: ${firstError(build.stderr)}`]]);
  if (build.failed) return oneByOne(folder, cases, options);
  for (const [i, { program, feeds }] of cases.entries()) {
    const input = program.inputs.map((port) => toMemory(feeds.get(port.value)!, port));
    writeFileSync(join(folder, `${i}.in`), Buffer.concat(input));
  }
  const together = (await runCases(folder, [...cases.keys()], 60)) === null;
  const results = new Map<string, string | null>();
  for (const [i, test] of cases.entries()) {
    const failed = together ? null : await runCases(folder, [i], 20);
    results.set(test.name, failed ?? (await compare(folder, test, i, options)));
  }
  return results;
}

/** All C of a case as one unit, one start of the compiler; returns its name. */
function writeUnit(folder: string, { program, files }: Case): string {
  const unit = `${program.name}_all.c`;
  const sources = [...files.keys()].filter((file) => file.endsWith('.c'));
  writeFileSync(join(folder, unit), sources.map((file) => `#include "${file}"\n`).join(''));
  return unit;
}

/** Finds the culprits of a batch that does not build. */
async function oneByOne(
  folder: string,
  cases: readonly Case[],
  options: BatchOptions = {},
): Promise<Map<string, string | null>> {
  const results = new Map<string, string | null>();
  for (const test of cases) {
    for (const [name, result] of await runBatch(join(folder, test.program.name), [test], options))
      results.set(name, result);
  }
  return results;
}

/** Null, or how the program failed. */
async function runCases(folder: string, indices: readonly number[], seconds: number): Promise<string | null> {
  const run = await execa(join(folder, 'batch'), indices.map(String), {
    cwd: folder,
    reject: false,
    timeout: seconds * 1000,
  });
  return run.failed ? `the program failed: ${(run.stderr || (run.shortMessage ?? '')).slice(0, 300)}` : null;
}

async function compare(folder: string, test: Case, index: number, options: BatchOptions): Promise<string | null> {
  const outputs = outputsOf(test.program, readFileSync(join(folder, `${index}.out`)));
  if (options.judge) return options.judge(test, outputs);
  for (const [value, got] of outputs) {
    const want = test.wanted.get(value);
    const wrong = want ? difference(value, got, want, options.tolerance) : null;
    if (wrong) return wrong;
  }
  return null;
}

function outputsOf(program: Program, bytes: Uint8Array): Map<string, Tensor> {
  let at = 0;
  const all = program.outputs.map((port) => {
    at += arenaBytes(port.type);
    return fromMemory(bytes.subarray(at - arenaBytes(port.type), at), port);
  });
  const names = program.outputs.filter(({ value }) => !isCount(program, value)).map(({ value }) => value);
  return new Map(cutToCounts(program, all).map((tensor, i) => [names[i], tensor]));
}

/** program INDEX...: each case reads its inputs one after the other from INDEX.in, runs, writes its outputs into INDEX.out. */
function mainText(cases: readonly Case[]): string {
  const bodies = cases.map(({ program }) => {
    const { name, inputs } = program;
    const run = returnsCode(program) ? `ok = ok && ${name}_run(&arena) == 0` : `${name}_run(&arena)`;
    return [
      `static int run_${name}(FILE *in, FILE *out)`,
      '{',
      `    static ${name}_arena arena;`,
      '    int ok = 1;',
      '    memset(&arena, 0xA5, sizeof arena);',
      ...accessorNames(name, 'input', inputs).map(
        (get) => `    ok = ok && transfer_in(${get}(&arena), ${get.toUpperCase()}_BYTES, in);`,
      ),
      `    ${run};`,
      ...outputAccessors(program).map(({ accessor, counts }, i) =>
        counts
          ? `    const int32_t n${i} = ${accessor}(&arena); ok = ok && transfer_out(&n${i}, sizeof n${i}, out);`
          : `    ok = ok && transfer_out(${accessor}(&arena), ${accessor.toUpperCase()}_BYTES, out);`,
      ),
      '    (void)in;',
      '    return ok ? 0 : 1;',
      '}',
      '',
    ].join('\n');
  });
  return [
    '#include <stdio.h>',
    '#include <stdlib.h>',
    '#include <string.h>',
    ...cases.map(({ program }) => `#include "${program.name}.h"`),
    'static inline int transfer_in(void *data, size_t bytes, FILE *in) { return fread(data, 1, bytes, in) == bytes; }',
    'static inline int transfer_out(const void *data, size_t bytes, FILE *out) { return fwrite(data, 1, bytes, out) == bytes; }',
    ...bodies,
    'static int run_case(const char *index)',
    '{',
    '    static int (*const runs[])(FILE *, FILE *) = {',
    ...cases.map(({ program }) => `        run_${program.name},`),
    '    };',
    '    char name[32];',
    '    (void)transfer_in;',
    '    (void)transfer_out;',
    '    snprintf(name, sizeof name, "%s.in", index);',
    '    FILE *in = fopen(name, "rb");',
    '    snprintf(name, sizeof name, "%s.out", index);',
    '    FILE *out = fopen(name, "wb");',
    '    if (in == NULL || out == NULL) return 2;',
    '    return runs[atoi(index)](in, out) + fclose(out) + fclose(in);',
    '}',
    'int main(int argc, char **argv)',
    '{',
    '    int failed = 0;',
    '    for (int i = 1; i < argc && !failed; i++) failed = run_case(argv[i]);',
    '    return failed;',
    '}',
    '',
  ].join('\n');
}

function firstError(log: string): string {
  return (
    log
      .split('\n')
      .find((line) => /error/.test(line))
      ?.slice(0, 300) ?? log.slice(0, 300)
  );
}
