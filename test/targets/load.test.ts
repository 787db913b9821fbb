import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/support/errors.ts';
import { FLAG, TARGET_KEYS } from '../../src/targets/check.ts';
import { listTargets, loadTarget, TARGET_FOLDER } from '../../src/targets/load.ts';
import { BOARD_NAMES, FEATURES, largestContiguous, TOOLCHAIN_NAMES } from '../../src/targets/target.ts';

describe('shipped targets', () => {
  test('all load, with the cores and at least 14 parts', async () => {
    const targets = await listTargets();
    const parts = targets.filter((target) => target.memory !== null);

    expect(targets.map((target) => target.name)).toEqual(expect.arrayContaining(['host', 'cortex-m0', 'cortex-m55']));
    expect(parts.length).toBeGreaterThanOrEqual(14);
  });

  test('every part names a core that is shipped, a clock and memory in one piece', async () => {
    const targets = await listTargets();
    const cores = targets.filter((target) => target.memory === null).map((target) => target.name);
    for (const part of targets.filter((target) => target.memory !== null)) {
      expect(cores, part.name).toContain(part.core);
      expect(part.clockHz, part.name).toBeGreaterThan(1e6);
      expect(part.ramBytes, part.name).toBeGreaterThanOrEqual(512);
      expect(part.emulator, part.name).not.toBeNull();
    }
  });

  test('a part takes over what its core says', async () => {
    const target = await loadTarget('stm32f405rg');

    expect(target.core).toBe('cortex-m4f');
    expect(target.features).toEqual(new Set(['div', 'mull', 'unaligned', 'dsp', 'fpu']));
    expect(target.toolchain.flags).toContain('-mfpu=fpv4-sp-d16');
    expect(target.emulator).toBe('mps2-an386');
    // SRAM1 and SRAM2 touch, CCM lies elsewhere.
    expect(target.ramBytes).toBe(128 * 1024);
    expect(target.flashBytes).toBe(1024 * 1024);
  });

  test('a bare core has room for anything', async () => {
    expect(await loadTarget('cortex-m0')).toMatchObject({
      memory: null,
      ramBytes: Infinity,
      budget: { flash: 1, ram: 1 },
    });
  });
});

test('the schema and the loader know the same keys, required ones and values', async () => {
  const schema = JSON.parse(await readFile(join(TARGET_FOLDER, 'target.schema.json'), 'utf8'));

  expect(Object.keys(schema.$defs).sort()).toEqual(Object.keys(TARGET_KEYS).sort());
  for (const [name, fields] of Object.entries(TARGET_KEYS)) {
    const required = Object.entries(fields).filter(([, field]) => field.required);
    expect(Object.keys(schema.$defs[name].properties).sort(), name).toEqual(Object.keys(fields).sort());
    expect([...schema.$defs[name].required].sort(), name).toEqual(required.map(([key]) => key).sort());
    expect(schema.$defs[name].additionalProperties, name).toBe(false);
  }
  const { target, toolchain } = schema.$defs;
  expect(target.properties.features.items.enum).toEqual(Object.keys(FEATURES));
  expect(target.properties.emulator.enum).toEqual([...BOARD_NAMES]);
  expect(toolchain.properties.name.enum).toEqual([...TOOLCHAIN_NAMES]);
  expect(toolchain.properties.flags.items.pattern).toBe(FLAG.source);
});

test('neighbouring banks count as one', () => {
  const bank = (origin: number, bytes: number) => ({ name: '', origin, bytes });
  expect(largestContiguous([bank(300, 50), bank(0, 100), bank(200, 100)])).toBe(150);
  expect(largestContiguous([bank(0, 100), bank(101, 10)])).toBe(100);
});

describe('wrong targets', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'targets-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const problemOf = async (name: string, content: unknown) => {
    const path = join(folder, `${name}.json`);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return problem(loadTarget(path));
  };
  const problem = async (promise: Promise<unknown>) => {
    const error = await promise.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).problem;
  };
  const mine = { name: 'mine', title: 'Mine', extends: 'cortex-m3' };

  test('a name that is nearly right gets a suggestion', async () => {
    expect(await problem(loadTarget('stm32f405'))).toMatchObject({
      code: 'BAD_TARGET',
      hint: "did you mean 'stm32f405rg'?",
    });
  });

  test('a file that is missing, or is not JSON', async () => {
    expect(await problem(loadTarget(join(folder, 'absent.json')))).toMatchObject({ code: 'BAD_TARGET' });
    expect((await problemOf('mine', '{ "name": ')).because?.[0]).toMatch(/^not JSON/);
  });

  test('a core beside the file or a shipped one can be extended', async () => {
    await writeFile(join(folder, 'mine.json'), JSON.stringify(mine));
    expect((await loadTarget(join(folder, 'mine.json'))).core).toBe('cortex-m3');
  });

  test('every wrong entry is reported, with the nearest known word', async () => {
    const content = {
      ...mine,
      clokHz: 1,
      clockHz: 0,
      features: ['dps'],
      memory: { flash: [], ram: [{ name: 'RAM', origin: '0x20', bytes: 1.5 }] },
      budget: { flash: 2 },
    };

    expect((await problemOf('mine', content)).because).toEqual([
      'clokHz: unknown key, did you mean "clockHz"?',
      'clockHz: expected a positive whole number',
      'memory.flash: expected a list of at least 1',
      'memory.ram[0].origin: expected an address as text, "0x" and 8 hexadecimal digits',
      'memory.ram[0].bytes: expected a positive whole number',
      'features[0]: unknown value "dps"; did you mean "dsp"?',
      'budget.flash: expected a number above 0, at most 1',
      'budget.ram: missing',
    ]);
  });

  test.each([
    '-wrapper',
    'x,y',
    '-fplugin=x',
    '@file',
    '--specs=/etc/x.specs',
    '-specs=x',
    '-B/usr',
    '-I.',
    '-include',
    '-Wl,-T,x',
    '-o',
    '-DX=`x`',
    '-mcpu=cortex-m4 -wrapper',
    '-O2\n',
    '',
  ])('a flag that could run or read something else is refused: %j', async (flag) => {
    const toolchain = { name: 'arm-none-eabi-gcc', flags: ['-mthumb', flag] };
    const { code, because } = await problemOf('mine', { ...mine, toolchain });
    expect(code).toBe('BAD_TARGET');
    expect(because?.[0]).toMatch(/^toolchain\.flags\[1\]: .* is not allowed here/);
  });

  test('flags that describe the core or the code are allowed', async () => {
    const flags = ['-mcpu=cortex-m4', '-O2', '-ffunction-sections', '-fno-strict-aliasing', '-DA=1', '-std=c99'];
    const toolchain = { name: 'arm-none-eabi-gcc', flags: [...flags, '--specs=nano.specs'] };
    await writeFile(join(folder, 'mine.json'), JSON.stringify({ ...mine, toolchain }));
    expect((await loadTarget(join(folder, 'mine.json'))).toolchain).toEqual(toolchain);
  });

  test('one level of extends, no paths, the name of the file, nothing left out', async () => {
    expect((await problemOf('mine', { ...mine, extends: 'stm32f405rg' })).because?.[0]).toMatch(/one level only/);
    expect((await problemOf('mine', { ...mine, extends: '../x' })).because?.[0]).toMatch(/not a path/);
    expect((await problemOf('other', mine)).because?.[0]).toMatch(/not the file's name/);
    const { extends: _, ...bare } = mine;
    expect((await problemOf('mine', bare)).because).toHaveLength(2);
  });
});
