import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { argumentsOf, withoutPaths } from '../../src/project/arguments.ts';
import { parseProject } from '../../src/project/project-file.ts';
import {
  COMPILE_SETTINGS,
  DATA_SETTINGS,
  LIMIT_KEYS,
  QUANTIZE_SETTINGS,
  TUNE_SETTINGS,
} from '../../src/project/settings.ts';
import { UserError } from '../../src/support/errors.ts';

const parse = (entry: unknown, name = 'kws') => parseProject({ models: { [name]: entry } }, 'nibblec.config.json');
const plain = { model: 'kws.onnx', out: 'firmware/kws' };

/** The problems that a wrong file is refused with. */
function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError && error.problem.code === 'BAD_PROJECT') return error.problem.because ?? [];
    throw error;
  }
  return [];
}

test('a model without settings is float32 for this computer', () => {
  const [model] = parse(plain);
  expect(model).toMatchObject({ name: 'kws', targets: ['host'], package: null, tune: null, quantize: {}, limits: {} });
});

test.each([
  [{ ...plain, wieghts: 'int4' }, 'kws: unknown key "wieghts", did you mean "weights"?'],
  [{ out: 'x' }, 'kws: "model" must be a path'],
  [{ ...plain, targets: [] }, 'kws: "targets" must be a name or a list'],
  [{ ...plain, equalize: 'yes' }, 'kws: "equalize" must be true or false'],
  [{ ...plain, dim: { height: true } }, 'kws: "dim" must be an object of names with a text or number each'],
  [{ ...plain, calibrate: 3 }, 'kws: "calibrate" must be a path or a list of paths'],
  [{ ...plain, limits: { top1: 101 } }, 'kws: limits: "top1" must be a number from 0'],
  [
    { ...plain, limits: { flash: true } },
    'kws: limits: "flash" must be a number from 0, or a text as "64KiB" or "50%"',
  ],
  [{ ...plain, tune: { recipe: 'inq-4' } }, 'kws: tune: "data" is missing'],
  [
    { ...plain, weights: 'int4', tune: { recipe: 'inq-4', data: 'x.npy' } },
    'kws: "weights" says nothing beside "tune", whose recipe quantizes',
  ],
])('refuses %j', (entry, problem) => expect(problemsOf(() => parse(entry))).toEqual([problem]));

test('refuses names that C cannot have, two models in one folder, and a file without models', () => {
  expect(problemsOf(() => parse(plain, '2nd'))[0]).toContain("2nd: a model's name becomes the prefix of C");
  const twins = { models: { a: plain, b: plain } };
  expect(problemsOf(() => parseProject(twins, 'x'))[0]).toContain('b: "out" is that of a');
  expect(problemsOf(() => parseProject({}, 'x'))).toEqual(['"models" must be an object with one entry per model']);
});

test('settings become the flags that mean the same, with paths from the folder of the file', () => {
  const [{ quantize }] = parse({
    ...plain,
    calibrate: ['a.npy', '/b.npy'],
    weights: 'int4,:first=int8',
    biasCorrection: false,
    equalize: false,
    dim: { height: 96 },
    constant: { sr: 16000, state: '@zeros.npy' },
    capacity: { boxes: 20 },
    state: { h0: 'hn', c0: 'cn' },
  });
  expect(argumentsOf(quantize, QUANTIZE_SETTINGS, 'firmware').map((text) => text.replaceAll('\\', '/'))).toEqual([
    '--calibrate=firmware/a.npy',
    '--calibrate=/b.npy',
    '--no-bias-correction',
    '--weights=int4,:first=int8',
    '--dim=height=96',
    '--constant=sr=16000',
    '--constant=state=@firmware/zeros.npy',
    '--capacity=boxes=20',
    '--state=h0=hn',
    '--state=c0=cn',
  ]);
  expect(argumentsOf({ state: 'none' }, QUANTIZE_SETTINGS, 'x')).toEqual(['--state=none']);
  expect(withoutPaths(quantize, QUANTIZE_SETTINGS)).not.toContain(expect.stringContaining('--calibrate'));
});

test('a recipe of tune is a name or a file', () => {
  const recipe = (text: string) => argumentsOf({ recipe: text }, TUNE_SETTINGS, 'x').join();
  expect(recipe('inq-4')).toBe('--recipe=inq-4');
  expect(recipe('inq.json').replaceAll('\\', '/')).toBe('--recipe=x/inq.json');
});

test('the schema has the same keys', () => {
  const schema = JSON.parse(readFileSync(new URL('../../src/project/project.schema.json', import.meta.url), 'utf8'));
  const model = schema.properties.models.additionalProperties;
  const tables = [QUANTIZE_SETTINGS, COMPILE_SETTINGS, DATA_SETTINGS].flatMap(Object.keys);
  const own = ['model', 'out', 'targets', 'package', 'tune', 'limits'];
  expect(Object.keys(model.properties).sort()).toEqual([...own, ...tables].sort());
  expect(Object.keys(model.properties.tune.properties)).toEqual(Object.keys(TUNE_SETTINGS));
  expect(Object.keys(model.properties.limits.properties)).toEqual(LIMIT_KEYS);
  expect(model.required).toEqual(['model', 'out']);
});
