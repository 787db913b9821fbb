import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addMemoryFlags, addModelFlags } from '../../src/cli/model-flags.ts';
import { addTuneFlags } from '../../src/cli/tune.ts';
import { addVerifyFlags } from '../../src/cli/verify-flags.ts';
import {
  COMPILE_SETTINGS,
  DATA_SETTINGS,
  QUANTIZE_SETTINGS,
  type Setting,
  TUNE_SETTINGS,
} from '../../src/project/settings.ts';
import { TARGET_FOLDER } from '../../src/targets/load.ts';
import { armQemu } from '../../src/verify/arm-qemu.ts';
import { describeWith } from '../verify/native.ts';
import { cli } from './run-cli.ts';
import { TINY, writeData, writeModel } from './tiny.ts';

test.each([
  [
    addVerifyFlags(addMemoryFlags(addModelFlags(new Command()))),
    { ...QUANTIZE_SETTINGS, ...COMPILE_SETTINGS, ...DATA_SETTINGS },
  ],
  [addTuneFlags(new Command()), TUNE_SETTINGS],
])('every setting is a flag: %#', (command, table: Readonly<Record<string, Setting>>) => {
  const flags = command.options.map(({ long }) => long);
  expect(Object.values(table).filter(({ flag }) => !flags.includes(flag))).toEqual([]);
});

await describeWith(
  'a project',
  () => armQemu('mps2-an386', []).available(),
  () => {
    let built = '';

    /** A project with an int8 model for a part and a float32 one for this computer, built. */
    beforeAll(async () => {
      built = await mkdtemp(join(tmpdir(), 'nibblec-project-'));
      await writeModel(built);
      await writeData(built);
      const init = 'init tiny.onnx -t stm32f405rg --calibrate samples.npy --data samples.npy --labels labels.npy -o fw';
      expect((await cli(built, ...init.split(' '))).exitCode).toBe(0);
      await change(built, (models) => {
        models.plain = { model: 'tiny.onnx', out: 'fw/plain' };
      });
      const { exitCode, stdout, stderr } = await cli(built, 'build', '--quiet');
      // All labels are 0, and the model answers something else.
      expect(stderr).toMatch(/^Warning: tiny: float32 has 0\.0 %, and guessing among 3 classes 33\.3 %: .*\n$/);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^tiny +stm32f405rg +top-1 \d+\.\d\d % +\d+\.\d\d % +[\d.]+ +[\d,]+ +[\d,]+ +[\d,]+$/m);
      expect(stdout).toContain('Wrote tiny_qdq.onnx, tiny.h, tiny.c, tiny_weights.c, CMakeLists.txt in fw/tiny');
      expect(stdout).toMatch(/Wrote nibblec.lock.json\n$/);
    });
    afterAll(() => rm(built, { recursive: true, force: true }));

    type Models = Record<string, Record<string, unknown>>;
    const lockOf = async (folder: string) => JSON.parse(await readFile(join(folder, 'nibblec.lock.json'), 'utf8'));

    async function edit(path: string, work: (models: Models) => void): Promise<void> {
      const json = JSON.parse(await readFile(path, 'utf8'));
      work(json.models);
      await writeFile(path, JSON.stringify(json));
    }
    const change = (folder: string, work: (models: Models) => void) => edit(join(folder, 'nibblec.config.json'), work);

    /** A copy of the built project, changed, and what check says of it. */
    async function checked(work: (folder: string) => Promise<void>, ...names: string[]) {
      const folder = await mkdtemp(join(tmpdir(), 'nibblec-checked-'));
      try {
        await cp(built, folder, { recursive: true });
        await work(folder);
        return await cli(folder, 'check', '--quiet', ...names);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }

    test('check is content with what build wrote', async () => {
      const { exitCode, stdout, stderr } = await checked(async () => {});
      expect(stderr).toMatch(/^Warning: tiny: float32 has 0\.0 %, .*\n$/);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/All is as nibblec.lock.json says.\n$/);
      const { stdout: list } = await cli(built, 'check', '--list');
      const own = ['tiny_qdq.onnx', 'tiny.h', 'tiny.c', 'tiny_weights.c', 'CMakeLists.txt'].map(
        (name) => `fw/tiny/${name}`,
      );
      const expected = ['nibblec.config.json', 'nibblec.lock.json', 'tiny.onnx', ...own];
      expect(list.split('\n')).toEqual(expect.arrayContaining(expected));
    });

    test.each<[string, (folder: string) => Promise<void>, string]>([
      [
        'a changed model',
        async (folder) => void (await writeModel(folder, 'tiny.onnx', TINY.replace('0.5, -0.5', '0.5, -1'))),
        'tiny: the model is another file',
      ],
      [
        'other settings',
        (folder) => change(folder, ({ tiny }) => Object.assign(tiny, { weights: 'int4' })),
        'tiny: its settings are --weights=int4, and were none',
      ],
      [
        'a quantized file that is missing',
        (folder) => rm(join(folder, 'fw/tiny/tiny_qdq.onnx')),
        'tiny_qdq.onnx is missing',
      ],
      [
        'another quantized file',
        (folder) => cp(join(folder, 'tiny.onnx'), join(folder, 'fw/tiny/tiny_qdq.onnx')),
        'tiny_qdq.onnx is not the file that was built',
      ],
    ])('check fails on %s', async (_, work, problem) => {
      const { exitCode, stderr } = await checked(work, 'tiny');
      expect(stderr).toContain('error[CHANGED]: the project is not what nibblec.lock.json says');
      expect(stderr).toContain(problem);
      expect(stderr).toContain("run 'nibblec build'");
      expect(exitCode).toBe(2);
    });

    test('check tells all that is other or worse', async () => {
      const { exitCode, stderr } = await checked(async (folder) => {
        await rm(join(folder, 'fw/tiny/tiny.c'));
        await writeFile(join(folder, 'fw/tiny/tiny.h'), '/* mine */\n');
        await edit(join(folder, 'nibblec.lock.json'), ({ tiny }) => {
          Object.assign(tiny.outputs as object, { integers: 'x' });
          (tiny.targets as Record<string, { flashBytes: number }>).stm32f405rg.flashBytes -= 1;
        });
        await change(folder, ({ tiny }) => Object.assign(tiny, { limits: { instructions: 10, flash: '1KiB' } }));
      }, 'tiny');
      expect(exitCode).toBe(2);
      const lines = stderr.split('\n').slice(2, -2);
      const told = (start: string) => expect.stringMatching(new RegExp(`^ +(because: )? ?tiny: ${start}`));
      expect(lines).toEqual([
        told('its outputs on 24 samples are others'),
        told('stm32f405rg: flash [\\d,]+ B, was'),
        told('stm32f405rg: flash [\\d,]+ B, limit 1,024 B'),
        told('stm32f405rg: instructions [\\d,]+, limit 10'),
        told('fw/tiny/tiny.h is not what the model becomes'),
        told('fw/tiny/tiny.c is missing'),
      ]);
    });

    test('float32 on this computer: outputs are close, and not exactly these', async () => {
      const { plain } = (await lockOf(built)).models;
      expect(plain).toMatchObject({ quantized: null, outputs: { integers: null, score: null } });
      expect(plain.targets.host).toMatchObject({ compiler: null, instructions: null });
      const { exitCode, stderr } = await checked(
        (folder) =>
          edit(join(folder, 'nibblec.lock.json'), (models) => {
            const { y } = (models.plain.outputs as { floats: Record<string, { range: number; values: number[] }> })
              .floats;
            y.values[0] += y.range * 1e-5;
          }),
        'plain',
      );
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
    });

    test('build writes nothing where a limit is not met', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'nibblec-limits-'));
      await writeModel(folder);
      await cli(folder, 'init', '-o', 'fw');
      await change(folder, ({ tiny }) => Object.assign(tiny, { limits: { ram: 10 } }));
      const { exitCode, stderr } = await cli(folder, 'build', '--quiet');
      expect(stderr).toContain('error[NOT_MET]: the limits of the project are not met; nothing was written');
      expect(stderr).toContain('tiny: host: ram ');
      expect(exitCode).toBe(2);
      await expect(lockOf(folder)).rejects.toThrow('ENOENT');
      await rm(folder, { recursive: true });
    });

    test('build keeps the quantized file of another computer, and quantizes again when asked', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'nibblec-kept-'));
      await cp(built, folder, { recursive: true });
      const before = await lockOf(folder);
      // Other samples of the same model: as if another processor had seen other ranges. What is quantized hangs on no target.
      const quantized = await readFile(join(folder, 'fw/tiny/tiny_qdq.onnx'));
      await change(folder, ({ tiny }) => Object.assign(tiny, { samples: 2, count: 1, targets: 'host' }));
      expect((await cli(folder, 'build', 'tiny', '--quiet')).exitCode).toBe(0);
      const other = await readFile(join(folder, 'fw/tiny/tiny_qdq.onnx'));
      expect(other.equals(quantized)).toBe(false);
      const lock = await lockOf(folder);
      expect(lock.models.plain).toEqual(before.models.plain);
      lock.models.tiny.source.settings = before.models.tiny.source.settings;
      await writeFile(join(folder, 'nibblec.lock.json'), JSON.stringify(lock));
      await change(folder, ({ tiny }) => delete tiny.samples);
      expect((await cli(folder, 'build', 'tiny', '--quiet')).exitCode).toBe(0);
      expect((await readFile(join(folder, 'fw/tiny/tiny_qdq.onnx'))).equals(other)).toBe(true);
      expect((await cli(folder, 'build', 'tiny', '--quiet', '--requantize')).exitCode).toBe(0);
      expect((await readFile(join(folder, 'fw/tiny/tiny_qdq.onnx'))).equals(quantized)).toBe(true);
      await rm(folder, { recursive: true });
    });

    test('a tuned model, for two targets, each in a folder of its own', async () => {
      const root = await mkdtemp(join(tmpdir(), 'nibblec-tuned-'));
      const folder = join(root, 'firmware');
      await mkdir(folder);
      await writeModel(folder);
      await writeData(folder);
      const host = await readFile(join(TARGET_FOLDER, 'host.json'), 'utf8');
      await writeFile(join(folder, 'mine.json'), host.replace('"host"', '"mine"'));
      const tiny = {
        model: 'tiny.onnx',
        tune: { recipe: 'inq-4', data: 'samples.npy', labels: 'labels.npy', epochs: 1 },
        targets: ['./mine.json', 'host'],
        count: 1,
        out: 'fw',
      };
      await writeFile(join(folder, 'nibblec.config.json'), JSON.stringify({ models: { tiny } }));
      const config = ['--config', 'firmware/nibblec.config.json'];
      const { exitCode, stdout } = await cli(root, 'build', '--json', '--quiet', ...config);
      expect(exitCode).toBe(0);
      const { models, written } = JSON.parse(stdout);
      expect(Object.keys(models.tiny.targets)).toEqual(['mine', 'host']);
      expect(models.tiny.outputs).toMatchObject({ samples: 24, integers: expect.stringMatching(/^[0-9a-f]{64}$/) });
      const folders = ['firmware/fw', 'firmware/fw/mine', 'firmware/fw/host'];
      expect(written.map(({ out }: { out: string }) => out)).toEqual(folders);
      expect((await cli(root, 'check', '--quiet', ...config)).exitCode).toBe(0);
      expect((await cli(root, 'check', '--list', ...config)).stdout).toMatch(/^firmware[\\/]mine\.json$/m);
      await change(folder, ({ tiny }) => Object.assign(tiny, { targets: ['host', 'host'] }));
      expect((await cli(root, 'check', ...config)).stderr).toContain('two of its targets have the name host');
      await rm(root, { recursive: true });
    });
  },
);

test('a project without a file, with a wrong one, with a model that it has not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nibblec-none-'));
  expect((await cli(folder, 'build')).stderr).toContain("'nibblec init MODEL.onnx' writes one");
  expect((await cli(folder, 'init')).stderr).toContain('there is no .onnx file in this folder');
  const models = { tiny: { model: 'tiny.onnx', out: 'fw', weights: 'int4', method: 'best' } };
  await writeFile(join(folder, 'nibblec.config.json'), JSON.stringify({ models }));
  const wrong = await cli(folder, 'check');
  expect(wrong.stderr).toContain('error[BAD_PROJECT]: nibblec.config.json, tiny cannot be used');
  expect(wrong.stderr).toContain("'best' is invalid");
  expect((await cli(folder, 'init', 'x.onnx')).stderr).toContain('nibblec.config.json is there already');
  expect((await cli(folder, 'build', 'tyni')).stderr).toContain("did you mean 'tiny'?");
  await rm(folder, { recursive: true });
});
