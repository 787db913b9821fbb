import { expect, test } from 'vitest';
import { parseGraph } from '../../src/ir/text.ts';
import { FACTS, type Fact } from '../../src/passes/facts.ts';

const X = 'input x: f32[1,1,2,2]\nconst w: f32[1,1,1,1] = 1\nconst p: f32[1] = 1\n';

test.each<[Fact, string, string]>([
  ['explicit-pads', 'y: f32[1,1,2,2] = Conv(x, w) pads=[0,0,0,0]', 'y: f32[1,1,2,2] = Conv(x, w) auto_pad="VALID"'],
  [
    'explicit-pads',
    'y: f32[1,1,2,2] = Expand(x, w) output_shape=[2,2]',
    'y: f32[1,1,2,2] = ConvTranspose(x, w) output_shape=[2,2]',
  ],
  ['float-only', 'y: i8[1,1,2,2] = Cast(x)', 'y: i8[1,1,2,2]{scale=1, zero=0} = Cast(x)'],
  [
    'no-batchnorm',
    'y: f32[1,1,2,2] = BatchNormalization(x, x, p, p, p)',
    'y: f32[1,1,2,2] = BatchNormalization(x, p, p, p, p)',
  ],
  ['views-are-reshapes', 'y: f32[4] = Reshape(x, p)', 'y: f32[1,4] = Flatten(x)'],
  ['views-are-reshapes', 'y: f32[4] = com.acme::Flatten(x)', 'y: f32[4] = Reshape(x, x)'],
])('%s', (fact, holds, offends) => {
  expect(FACTS[fact].check(parseGraph(`${X}${holds}\nreturn y`))).toBeNull();
  expect(FACTS[fact].check(parseGraph(`${X}${offends}\nreturn y`))).toContain(offends.slice(0, 10));
});
