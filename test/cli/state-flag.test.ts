import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { state } from '../../src/cli/state-flag.ts';

test('states are pairs, or none', () => {
  expect(state('c=d', state('a=b'))).toEqual(
    new Map([
      ['a', 'b'],
      ['c', 'd'],
    ]),
  );
  expect(state('none')).toBe('none');
});

test.each(['a', '=b', 'a=', 'a=c b=c', 'a=b a=c', 'none a=b', 'a=b none x=y'])('%s is refused', (texts) => {
  const all = () =>
    texts.split(' ').reduce((before, text) => state(text, before), new Map() as ReturnType<typeof state>);
  expect(all).toThrow(InvalidArgumentError);
});
