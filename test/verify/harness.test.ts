import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/support/errors.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { buildHarness, type HarnessRequest, runHarness } from '../../src/verify/harness.ts';
import { hostGcc } from '../../src/verify/host-gcc.ts';
import type { Toolchain } from '../../src/verify/toolchain.ts';
import { toolchainFor } from '../../src/verify/toolchain-for.ts';
import { describeWith, inFolder } from './native.ts';
import { RUN_BODY, tinyModel, tinyReference } from './tiny-model.ts';

const SAMPLES = [Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8), Int8Array.of(-128, -100, -64, -1, 0, 63, 64, 127)];
const BYTES = SAMPLES.map((sample) => new Uint8Array(sample.buffer));

function harness(toolchain: Toolchain, tiny: ReturnType<typeof tinyModel>, options: Partial<HarnessRequest> = {}) {
  return inFolder(async (directory) => {
    const built = await buildHarness(toolchain, tiny.model, {
      files: tiny.files,
      directory,
      optimize: '-O2',
      ...options,
    });
    return runHarness(built, BYTES);
  });
}

async function problem(promise: Promise<unknown>) {
  const error = await promise.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).problem;
}

function expectReference(result: Awaited<ReturnType<typeof harness>>) {
  expect(result.outputs.length).toBe(SAMPLES.length);
  SAMPLES.forEach((sample, i) => {
    const { doubled, sums } = tinyReference(sample);
    expect(result.outputs[i]).toEqual([new Uint8Array(sums.buffer)]);
    if (result.trace[i]) expect(result.trace[i]).toEqual([new Uint8Array(doubled.buffer), new Uint8Array(sums.buffer)]);
  });
}

for (const compiler of ['gcc', 'clang'] as const) {
  const host = hostGcc(compiler);
  await describeWith(`host ${compiler}`, host.available, () => {
    test.each(['-O0', '-O3'] as const)('runs samples under sanitizers, with trace and times (%s)', async (optimize) => {
      const result = await harness(host, tinyModel(), { optimize, sanitize: true, traceSamples: 5, counts: true });

      expectReference(result);
      expect(result.trace.length).toBe(2);
      expect(result.counts).toMatchObject({ unit: 'nanoseconds', stackBytes: null });
      expect(result.counts?.layers.length).toBe(2);
    });

    test('traces only as many samples as asked for', async () => {
      const result = await harness(host, tinyModel(), { traceSamples: 1 });
      expectReference(result);
      expect(result.trace.length).toBe(1);
      expect(result.counts).toBeNull();
    });
  });
}

await describeWith('what the harness finds', hostGcc().available, () => {
  const host = hostGcc();

  test('a result that depends on old memory', async () => {
    const tiny = tinyModel({
      runBody: `${RUN_BODY}\n    arena->bytes[0] = (uint8_t)(arena->bytes[0] + arena->bytes[19]);`,
    });
    expect(await problem(harness(host, tiny))).toMatchObject({
      code: 'MISMATCH',
      because: [expect.stringContaining('depends on what was in the arena before')],
    });
    // One run cannot tell.
    await harness(host, tiny, { twice: false });
  });

  test('a write above the arena, without a sanitizer', async () => {
    const tiny = tinyModel({
      runBody: `${RUN_BODY}\n    uint8_t *p = arena->bytes; for (int i = 0; i < 21; i++) { p[i] = 0; }`,
    });
    const flags = ['-Wno-error', '-w'];
    expect((await problem(harness(host, tiny, { flags, optimize: '-O0' }))).because).toEqual([
      'sample 0: the run wrote above the arena',
    ]);
  });

  test('a read beside the arena, with a sanitizer', async () => {
    const tiny = tinyModel({ runBody: `${RUN_BODY}\n    const volatile uint8_t *p = arena->bytes - 1; (void)*p;` });
    const found = await problem(harness(host, tiny, { sanitize: true, flags: ['-w'], optimize: '-O0' }));
    expect(found.code).toBe('TOOL_FAILED');
    expect(found.because?.join('\n')).toMatch(/AddressSanitizer|out of bounds|index -1/);
  });

  test('undefined behaviour', async () => {
    const tiny = tinyModel({ runBody: `${RUN_BODY}\n    volatile int32_t a = 0x7fffffff; a = a + 1;` });
    expect((await problem(harness(host, tiny, { sanitize: true }))).because?.join('\n')).toMatch(
      /signed integer overflow/,
    );
  });

  test('another number of layers than promised', async () => {
    const tiny = tinyModel({ runBody: RUN_BODY.replace('LAYER_DONE(1', 'LAYER_DONE(0') });
    expect((await problem(harness(host, tiny, { traceSamples: 1 }))).code).toBe('MISMATCH');
  });

  test("a warning in generated C is an error with the compiler's own words", async () => {
    const tiny = tinyModel({ runBody: `${RUN_BODY}\n    int8_t x = (int)sizeof *arena;` });
    const found = await problem(harness(host, tiny));
    expect(found).toMatchObject({ code: 'TOOL_FAILED', message: 'gcc could not compile tiny.c' });
    expect(found.because?.join('\n')).toMatch(/-Werror=/);
  });

  test('a program that does not end', async () => {
    const tiny = tinyModel({ runBody: `${RUN_BODY}\n    for (volatile int i = 0; i < 1; ) { }` });
    const hung = inFolder(async (directory) => {
      const built = await buildHarness(host, tiny.model, { files: tiny.files, directory, optimize: '-O1' });
      return runHarness(built, BYTES, { timeoutSeconds: 1 });
    });
    expect((await problem(hung)).message).toMatch(/did not end within 1 seconds/);
  });

  test('a tool that is not there', async () => {
    const { runTool, toolAvailable } = await import('../../src/verify/run-tool.ts');
    expect((await problem(runTool('no-such-tool', []))).code).toBe('TOOL_MISSING');
    expect(await toolAvailable('no-such-tool')).toMatch(/^no-such-tool is not installed/);
  });
});

const cores = [
  'cortex-m0',
  'cortex-m0plus',
  'cortex-m3',
  'cortex-m4',
  'cortex-m4f',
  'cortex-m7',
  'cortex-m33',
  'cortex-m55',
];
const arm = toolchainFor(await loadTarget('cortex-m3'));
await describeWith('QEMU', arm.available, () => {
  describe.each(cores)('%s', (core) => {
    test('gives the same bytes; 2 MB of weights fit; instructions and stack are counted', async () => {
      const toolchain = toolchainFor(await loadTarget(core));
      const options = { traceSamples: 1, counts: true } as const;

      const result = await harness(toolchain, tinyModel({ constants: 2 << 20 }), options);

      expectReference(result);
      const { layers, total, stackBytes } = result.counts!;
      expect(result.counts?.unit).toBe('instructions');
      // Layer 0 has 8 elements of about 10 instructions, layer 1 about 20 in all.
      expect(layers[0]).toBeGreaterThan(10);
      expect(layers[0]).toBeLessThan(400);
      expect(layers[1]).toBeLessThan(60);
      expect(Math.abs(total - layers[0]! - layers[1]!)).toBeLessThan(30);
      expect(stackBytes).toBeLessThan(200);
    });
  });

  test('counts a loop of known length exactly, at every optimization of the model', async () => {
    const loop = `${RUN_BODY.replace('LAYER_DONE(0', `__asm__ volatile(".syntax unified\\n movs r0, #250\\n lsls r0, r0, #2\\n 1: nop\\n nop\\n subs r0, #1\\n bne 1b" ::: "r0", "cc");\n    LAYER_DONE(0`)}`;
    for (const core of ['cortex-m0', 'cortex-m55']) {
      const toolchain = toolchainFor(await loadTarget(core));
      const plain = await harness(toolchain, tinyModel(), { counts: true });
      const longer = await harness(toolchain, tinyModel({ runBody: loop }), { counts: true });
      expect(Math.abs(longer.counts!.layers[0]! - plain.counts!.layers[0]! - 4002)).toBeLessThanOrEqual(12);
    }
  });

  test('a crash is reported with the place', async () => {
    const tiny = tinyModel({ runBody: `${RUN_BODY}\n    *(volatile int *)(uintptr_t)0xF0000000u = 1;` });
    const found = await problem(harness(arm, tiny));
    expect(found.code).toBe('TOOL_FAILED');
    expect(found.because?.[0]).toMatch(/^fault: CFSR 0x[0-9a-f]+, pc 0x/);
  });

  test('Cortex-M0 code that needs unaligned access is found on the M3 board', async () => {
    const tiny = tinyModel({ runBody: `${RUN_BODY}\n    *(volatile uint32_t *)(void *)(arena->bytes + 13) = 1;` });
    const m0 = toolchainFor(await loadTarget('cortex-m0'));
    expect((await problem(harness(m0, tiny))).because?.[0]).toMatch(/^fault/);
  });

  test('undefined behaviour traps', async () => {
    const tiny = tinyModel({ runBody: `${RUN_BODY}\n    volatile int32_t a = 0x7fffffff; a = a + 1;` });
    expect((await problem(harness(arm, tiny, { sanitize: true }))).because?.[0]).toMatch(/^fault/);
  });
});
