import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/support/errors.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { readDisassembly } from '../../src/verify/disassembly.ts';
import { buildHarness, runHarness } from '../../src/verify/harness.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import { readMap } from '../../src/verify/link-alone.ts';
import { measureFootprint } from '../../src/verify/size.ts';
import { withBranch } from '../../src/verify/stack-usage.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith, inFolder } from './native.ts';
import { RUN_BODY, tinyModel } from './tiny-model.ts';

test('frames and calls are read from a disassembly', () => {
  const functions = readDisassembly(`
00008000 <run>:
    8000:\tpush\t{r4, r5, lr}
    8002:\tvpush\t{d8-d10}
    8006:\tsub.w\tsp, sp, #520\t; 0x208
    800a:\tldr\tr3, [pc, #12]\t@ (8018 <run+0x18>)
    800c:\tbl\t8020 <helper>
    8010:\tbeq.n\t800a <run+0xa>
    8012:\tbicseq\tr3, r3
    8013:\tldr.w\tpc, [sp], #8
    8014:\tpop\t{r4, r5, pc}
    8018:\t.word\t0x00001234

00008020 <helper>:
    8020:\tstr.w\tlr, [sp, #-8]!
    8024:\tstmdb\tsp!, {r0, r1}
    8028:\tstmdb\tr3!, {r0, r1}
    802a:\tb.w\t8030 <far+0x4>
0000802c <start>:
    802c:\tmovs\tr0, #1
00008030 <far>:
    8030:\tblx\tr3
    8032:\tbx\tlr
    8034:\tmovs\tr0, r0
00008038 <aligned>:
    8038:\tbx\tlr
`);
  expect(functions.get('run')).toEqual({
    name: 'run',
    calls: new Set(['helper']),
    sometimes: new Set(),
    frameBytes: 12 + 24 + 520,
    unclear: [],
  });
  expect(functions.get('helper')).toMatchObject({ calls: new Set(['far']), frameBytes: 16 });
  expect(functions.get('start')?.calls).toEqual(new Set(['far']));
  // Zeros that fill up to an aligned function do not run into it.
  expect(functions.get('far')).toMatchObject({ calls: new Set(), unclear: ['blx r3'] });
});

test('the branch of the deepest chain that a run may not take is told, with the bound without it', () => {
  const machine = readDisassembly(`
00008000 <run>:
    8000:\tpush\t{r4, lr}
    8002:\tbl\t8020 <part>
    8006:\tpop\t{r4, pc}
00008020 <part>:
    8020:\tsub\tsp, #40
    8022:\tbl\t8080 <first>
    8026:\tcbz\tr0, 802e <part+0xe>
    8028:\tbl\t8060 <rare>
    802c:\tb.n\t8022 <part+0x2>
    802e:\tbl\t8090 <last>
    8032:\tcbnz\tr0, 8038 <part+0x18>
    8034:\tadd\tsp, #40
    8036:\tbx\tlr
    8038:\tbl\t8070 <late>
    803c:\tb.w\t8080 <first>
00008060 <rare>:
    8060:\tsub\tsp, #200
    8062:\tbx\tlr
00008070 <late>:
    8070:\tbx\tlr
00008080 <first>:
    8080:\tsub\tsp, #16
    8082:\tbx\tlr
00008090 <last>:
    8090:\tbx\tlr
`);
  expect(machine.get('part')?.sometimes).toEqual(new Set(['rare', 'late']));
  const name = (frames: readonly { name: string }[]) => frames.map((frame) => frame.name);
  const { bytes, path, branch } = withBranch(machine, new Map(), 'run');
  expect({ bytes, path: name(path), branch }).toEqual({
    bytes: 8 + 40 + 200,
    path: ['run', 'part', 'rare'],
    branch: { name: 'rare', bytesWithout: 8 + 40 + 16 },
  });
  // A tenth less is not worth a word.
  expect(
    withBranch(machine, new Map([['rare', { frameBytes: 17, kind: 'static', callsIndirectly: false }]]), 'run'),
  ).toMatchObject({
    bytes: 8 + 40 + 17,
    branch: null,
  });
});

test('a linker map is summed by object, without what was dropped', () => {
  const map = `Discarded input sections

 .text.unused   0x00000000       0x10 kws.o

Linker script and memory map

 *(.text.unlikely .text.*_unlikely .text.unlikely.*)
 .text.run      0x00008000       0x1c kws.o
 .text.kws_with_a_very_long_name
                0x0000801c        0x4 kws.o
 .text          0x00008020       0x20 /usr/lib/thumb/v6-m/nofp/libgcc.a(_divsi3.o)
 .rodata.table  0x00008040        0x8 kws.o
 .bss           0x00008048        0x0 kws.o
`;
  expect([...readMap(map)]).toEqual([
    ['kws.o', { text: 32, rodata: 8, data: 0, bss: 0 }],
    ['libgcc.a(_divsi3.o)', { text: 32, rodata: 0, data: 0, bss: 0 }],
  ]);
});

const arm = toolchainFor(await loadTarget('cortex-m3'));

const HOOK = `#include <stddef.h>
void hook(int layer, const void *result, size_t bytes);
void hook(int layer, const void *result, size_t bytes) { (void)layer; (void)result; (void)bytes; }
`;

await describeWith('footprint on Arm', arm.available, () => {
  const footprint = (
    core: string,
    tiny: ReturnType<typeof tinyModel>,
    optimize: '-O0' | '-O2' | '-O3' = '-O2',
    defines: string[] = [],
  ) =>
    inFolder(async (directory) =>
      measureFootprint(toolchainFor(await loadTarget(core)), tiny.model, {
        files: tiny.files,
        directory,
        optimize,
        defines,
      }),
    );
  const withHelper = (call: string, helper = '') => {
    const tiny = tinyModel({ runBody: `${RUN_BODY}\n    ${call}` });
    const text = tiny.files
      .get('tiny.c')!
      .replace('void tiny_run(tiny_arena *arena)\n', `${helper}\nvoid tiny_run(tiny_arena *arena)\n`);
    return { ...tiny, files: new Map([...tiny.files, ['tiny.c', `#include <math.h>\n#include <string.h>\n${text}`]]) };
  };
  const problem = async (promise: Promise<unknown>) => {
    const error = await promise.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).problem;
  };

  test('weights, code and library are told apart', async () => {
    const { flash, staticRamBytes } = await footprint('cortex-m0', tinyModel({ constants: 1000 }));

    expect(flash.weightBytes).toBe(1000);
    expect(flash.codeBytes).toBeGreaterThan(60);
    expect(flash.codeBytes).toBeLessThan(400);
    expect(flash.libraryBytes).toBe(0);
    expect(flash.libraries).toEqual([]);
    expect(flash.bytes).toBe(flash.codeBytes + 1000);
    expect(staticRamBytes).toBe(0);
    // M0 has no divide instruction.
    const dividing = await footprint(
      'cortex-m0',
      withHelper('arena->bytes[0] = (uint8_t)(1000 / (arena->bytes[0] | 1));'),
    );
    expect(dividing.flash.libraryBytes).toBeGreaterThan(100);
    expect(dividing.flash.libraries).toEqual(['libgcc']);
    const rooted = withHelper('arena->bytes[0] = (uint8_t)expf((float)arena->bytes[0]);');
    expect((await footprint('cortex-m0', rooted)).flash.libraries).toEqual(['libc', 'libgcc', 'libm']);
  });

  describe.each(['cortex-m0', 'cortex-m3', 'cortex-m4f', 'cortex-m33', 'cortex-m55'])('%s', (core) => {
    test.each(['-O0', '-O2', '-O3'] as const)('the bound holds what a run really uses (%s)', async (optimize) => {
      const tiny = withHelper(
        'float real; memcpy(&real, arena->bytes, 4); real = expf(real) + tanhf(real) / sqrtf(real); memcpy(arena->bytes, &real, 4);',
      );
      // The hook may change the frame of the run, and the harness measures with it.
      const hooked = new Map([...tiny.files, ['hook.c', HOOK]]);
      const { stack } = await footprint(core, { ...tiny, files: hooked }, optimize, ['TINY_LAYER_HOOK=hook']);
      const used = await inFolder(async (directory) => {
        const toolchain = toolchainFor(await loadTarget(core));
        const built = await buildHarness(toolchain, tiny.model, {
          files: tiny.files,
          directory,
          optimize,
          counts: true,
        });
        return (await runHarness(built, [new Uint8Array(8).fill(1)])).counts?.stackBytes;
      });

      expect(stack?.path[0]?.name).toBe('tiny_run');
      expect(stack?.bytes).toBeGreaterThanOrEqual(used!);
      expect(stack?.bytes).toBeLessThan(used! + 60);
    });
  });

  test('a function in assembler takes what its instructions take', async () => {
    const helper = `static __attribute__((naked, noinline)) void bare(void);
static __attribute__((naked, noinline)) void bare(void) { __asm__("push {r4-r7, lr}\\n\\tpush {r0-r3}\\n\\tadd sp, #16\\n\\tpop {r4-r7, pc}"); }`;
    const { stack } = await footprint('cortex-m4', withHelper('bare();', helper));
    expect(stack?.path.at(-1)).toEqual({ name: 'bare', bytes: 36 });
  });

  test('recursion', async () => {
    const helper = 'static __attribute__((noinline)) int deep(volatile int *n) { return --*n > 0 ? deep(n) + *n : 0; }';
    const found = await problem(
      footprint('cortex-m3', withHelper('volatile int n = 3; arena->bytes[0] = (uint8_t)deep(&n);', helper)),
    );
    expect(found).toMatchObject({ code: 'TOOL_FAILED', where: 'tiny_run -> deep -> deep' });
  });

  test('a call through a pointer', async () => {
    const call = 'arena->bytes[0] = (uint8_t)((int (*)(int))(uintptr_t)(arena->bytes[1] * 4096u))(1);';
    const found = await problem(footprint('cortex-m3', withHelper(call)));
    expect(found.message).toMatch(/a call through a pointer/);
  });

  test('a frame of run-time size', async () => {
    const call = 'volatile uint8_t room[(size_t)arena->bytes[1] + 1u]; room[0] = 1; arena->bytes[0] = room[0];';
    const found = await problem(footprint('cortex-m3', withHelper(call)));
    expect(found).toMatchObject({ message: expect.stringMatching(/known only at run time/) });
  });
});

await describeWith('footprint on the host', hostGcc().available, () => {
  test('has sizes but no stack', async () => {
    const { files, model } = tinyModel({ constants: 1000 });
    const { flash, stack } = await inFolder((directory) =>
      measureFootprint(hostGcc(), model, { files, directory, optimize: '-O2' }),
    );
    expect(flash.weightBytes).toBe(1000);
    expect(stack).toBeNull();
  });
});
