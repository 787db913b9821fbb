import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseDescriptor } from '../../src/data/descriptor.ts';
import { METRIC_NAMES } from '../../src/metrics/index.ts';

const parse = (json: unknown) => parseDescriptor(json, 'd.json');

test('takes every documented key', () => {
  const json = {
    $schema: 'x',
    name: 'n',
    files: ['a.gz'],
    labels: 'l.gz',
    metric: 'miou',
    layout: 'HWC',
    scale: [1, 2, 3],
    offset: 0,
    skip: 0,
    first: 1,
  };
  expect(parse(json)).toEqual(json);
  const several = { inputs: { a: { files: 'a.npy', layout: 'NCHW' }, b: { files: ['b.npy'], scale: 2, offset: [1] } } };
  expect(parse(several)).toEqual(several);
});

test.each([
  [[], 'a data set descriptor is a JSON object'],
  [{ file: 'a' }, 'unknown key "file", did you mean "files"?'],
  [{ files: 'a', Scale: 1 }, 'unknown key "Scale", did you mean "scale"?'],
  [{ inputs: { x: { files: 'a', ofset: 1 } } }, 'inputs.x: unknown key "ofset", did you mean "offset"?'],
  [{}, 'give either "files" or "inputs"'],
  [{ files: 'a', inputs: {} }, 'give either "files" or "inputs"'],
  [{ inputs: { x: { files: 'a' } }, scale: 1 }, '"scale" belongs inside the entries of "inputs"'],
  [{ inputs: { x: {} } }, 'inputs.x: "files" is missing'],
  [{ inputs: [] }, '"inputs" must be an object'],
  [{ files: [] }, '"files" must be a path or a list of paths'],
  [{ files: 'a', labels: 3 }, '"labels" must be a path'],
  [{ files: 'a', metric: 'mIoU' }, '"metric" is "mIoU", did you mean "miou"?'],
  [{ files: 'a', metric: 3 }, '"metric" is 3, known: top1, miou, map, mse'],
  [{ files: 'a', layout: 'HHC' }, '"layout" must name each axis'],
  [{ files: 'a', layout: 'HNC' }, '"layout" must name each axis'],
  [{ files: 'a', scale: 'x' }, '"scale" must be a number'],
  [{ files: 'a', offset: [] }, '"offset" must be a number'],
  [{ files: 'a', first: 0 }, '"first" must be a whole number of samples'],
  [{ files: 'a', skip: -1 }, '"skip" must be a whole number of samples'],
  [{ files: 'a', skip: 1.5, first: 'x' }, '"skip" must be a whole number of samples; "first" must'],
])('refuses %j', (json, message) => expect(() => parse(json)).toThrow(message));

test('the schema knows the same keys', () => {
  const schema = JSON.parse(readFileSync(new URL('../../src/data/dataset.schema.json', import.meta.url), 'utf8'));
  const inner = schema.properties.inputs.additionalProperties.properties;
  for (const key of Object.keys(schema.properties)) expect(() => parse({ [key]: null })).not.toThrow('unknown key');
  for (const key of Object.keys(inner))
    expect(() => parse({ inputs: { x: { [key]: null } } })).not.toThrow('unknown key');
  expect(Object.keys(schema.properties)).toHaveLength(12);
  expect(schema.properties.metric.enum).toEqual(METRIC_NAMES);
  expect(Object.keys(inner)).toEqual(['files', 'layout', 'scale', 'offset']);
});
