import { describe, expect, test } from 'vitest';
import { changedSource, worseThan } from '../../src/project/compare.ts';
import { unmetByOutputs, unmetByTarget } from '../../src/project/limits.ts';
import { type LockedModel, parseLock, printLock } from '../../src/project/lock.ts';

const SOURCE = { model: 'aa', samples: 'bb', settings: ['--weights=int4'], recipe: null };
const TARGET = { compiler: 'arm-none-eabi-gcc 12.2.1, -O2', flashBytes: 15_068, ramBytes: 4883, instructions: 449_472 };
const LOCKED: LockedModel = {
  source: SOURCE,
  quantized: 'cc',
  data: 'dd',
  outputs: {
    samples: 500,
    integers: 'ee',
    floats: null,
    score: { metric: 'top1', value: 0.968, float32: 0.97 },
    sqnrDb: 31.9,
  },
  files: ['fw/kws_qdq.onnx', 'fw/kws.c'],
  targets: { stm32f405rg: TARGET },
};
const FLOATS = { y: { range: 1, tolerance: 1e-4, values: [0.5, 0.25] } };
const inFloat = (change: object = {}): LockedModel => ({
  ...LOCKED,
  outputs: { ...LOCKED.outputs, integers: null, floats: FLOATS, ...change },
});
const withTarget = (change: object): LockedModel => ({ ...LOCKED, targets: { stm32f405rg: { ...TARGET, ...change } } });
const withOutputs = (change: object): LockedModel => ({ ...LOCKED, outputs: { ...LOCKED.outputs, ...change } });

test('what is the same, or better, is no problem', () => {
  expect(changedSource(SOURCE, SOURCE)).toEqual([]);
  expect(worseThan(LOCKED, LOCKED)).toEqual([]);
  expect(worseThan(LOCKED, withTarget({ flashBytes: 15_000, instructions: 400_000 }))).toEqual([]);
});

test.each([
  [{ model: 'x' }, 'the model is another file'],
  [{ samples: null }, 'the samples that it is quantized with are others'],
  [{ recipe: 'x' }, 'the recipe is another file'],
  [{ settings: [] }, 'its settings are none, and were --weights=int4'],
])('a changed source: %j', (change, problem) => {
  expect(changedSource(SOURCE, { ...SOURCE, ...change })).toEqual([problem]);
});

test.each([
  [withTarget({ flashBytes: 15_069 }), 'stm32f405rg: flash 15,069 B, was 15,068 B'],
  [withTarget({ ramBytes: 5000 }), 'stm32f405rg: RAM 5,000 B, was 4,883 B'],
  [withTarget({ instructions: 450_000 }), 'stm32f405rg: instructions 450,000, was 449,472'],
  [
    withTarget({ flashBytes: 16_000, compiler: 'arm-none-eabi-gcc 13.2.1, -O2' }),
    'stm32f405rg: flash 16,000 B, was 15,068 B (by arm-none-eabi-gcc 13.2.1, -O2; locked by arm-none-eabi-gcc 12.2.1, -O2)',
  ],
  [withOutputs({ integers: 'x' }), 'its outputs on 500 samples are others'],
  [withOutputs({ score: { metric: 'top1', value: 0.966, float32: 0.97 } }), 'Top-1 96.60 %, was 96.80 %'],
  [{ ...LOCKED, data: 'x' }, 'the data are others'],
  [{ ...LOCKED, targets: { rp2040: TARGET } }, 'rp2040: it was never built for this target'],
])('what is worse is told: %#', (now, problem) => expect(worseThan(LOCKED, now)).toEqual([problem]));

describe('parts in float', () => {
  test('differ by the tolerance that the lock has, and by one sample', () => {
    const near = { ...FLOATS.y, values: [0.50009, 0.25] };
    const now = inFloat({ floats: { y: near }, score: { metric: 'top1', value: 0.966, float32: 0.97 } });
    expect(worseThan(inFloat(), now)).toEqual([]);
  });

  test('by more they are others, and worse', () => {
    const far = { ...FLOATS.y, values: [0.5002, 0.25] };
    const now = inFloat({ floats: { y: far }, score: { metric: 'top1', value: 0.964, float32: 0.97 } });
    const problems = ['its outputs on 500 samples are others', 'Top-1 96.40 %, was 96.80 %'];
    expect(worseThan(inFloat(), now)).toEqual(problems);
    expect(worseThan(LOCKED, inFloat())).toEqual([problems[0]]);
  });
});

test('limits that are not met, or on what was not measured', () => {
  const { outputs } = LOCKED;
  expect(unmetByOutputs({ top1: 96.8, sqnr: 31.9, worstScore: 96 }, outputs)).toEqual([]);
  expect(unmetByOutputs({ top1: 97, sqnr: 40 }, outputs)).toEqual([
    'top1: 96.80 %, at least 97 % was asked for',
    'sqnr: 31.9 dB, at least 40 dB was asked for',
  ]);
  expect(unmetByOutputs({ top1: 1 }, { ...outputs, score: null })[0]).toContain('no labels that are classes');
  expect(unmetByTarget({ flash: 15_000, ram: 5000 }, 'm4', TARGET)).toEqual(['m4: flash 15,068 B, limit 15,000 B']);
  expect(unmetByTarget({ instructions: 9 }, 'host', { ...TARGET, instructions: null })[0]).toContain('not counted');
});

test('a lock is read back, in the order of names', () => {
  const text = printLock({ b: LOCKED, a: LOCKED });
  expect(Object.keys(parseLock(JSON.parse(text), 'x'))).toEqual(['a', 'b']);
  expect(() => parseLock({ format: 2, models: {} }, 'nibblec.lock.json')).toThrow('nibblec.lock.json cannot be used');
  expect(() => parseLock({ format: 1, models: { a: {} } }, 'x')).toThrow('x cannot be used');
  for (const broken of [{ flashBytes: '15068' }, { ramBytes: -1 }, { instructions: undefined }]) {
    const models = { a: { ...LOCKED, targets: { m4: { ...TARGET, ...broken } } } };
    expect(() => parseLock({ format: 1, models }, 'x')).toThrow('x cannot be used');
  }
});
