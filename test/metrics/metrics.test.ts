import { describe, expect, test } from 'vitest';
import { drop, METRICS, type MetricName, scoreText } from '../../src/metrics/index.ts';

type Sample = readonly [output: readonly number[], labels: readonly number[]];

function meter(metric: MetricName, output: readonly number[], labels: readonly number[]) {
  return METRICS[metric].meter({ output, labels, where: 'set.json' });
}

function score(metric: MetricName, output: readonly number[], labels: readonly number[], samples: readonly Sample[]) {
  const one = meter(metric, output, labels);
  for (const [numbers, truth] of samples) one.add(numbers, truth);
  return one.value();
}

describe('miou', () => {
  // Scores [1, 3, 1, 2]: class by class, two places each.
  const answers = (a: number, b: number) => [0, 1, 2].flatMap((c) => [a === c ? 1 : 0, b === c ? 1 : 0]);

  test('intersections and unions are summed over the set; a class that is nowhere is left out', () => {
    const samples: Sample[] = [
      [answers(0, 0), [0, 1]],
      [answers(1, 0), [1, 0]],
    ];
    // Class 0: 2 of 3; class 1: 1 of 2; class 2 is nowhere. The mean of the samples' would be 0.625.
    expect(score('miou', [1, 3, 1, 2], [1, 1, 2], samples)).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
  });

  test('a class that is answered and never right counts as 0', () => {
    expect(score('miou', [1, 3, 2], [1, 2], [[answers(0, 2), [0, 0]]])).toBeCloseTo(0.25, 12);
  });

  test('an output of classes', () => {
    expect(
      score(
        'miou',
        [1, 1, 3],
        [1, 3],
        [
          [
            [4, 0, 4],
            [4, 0, 0],
          ],
        ],
      ),
    ).toBeCloseTo(0.5, 12);
  });

  test('-1 and 255 say nothing, whatever is answered', () => {
    expect(
      score(
        'miou',
        [1, 3, 1, 2],
        [1, 1, 2],
        [
          [answers(0, 1), [0, 255]],
          [answers(2, 0), [-1, 0]],
        ],
      ),
    ).toBe(1);
  });

  test('several rows in a batch', () => {
    const one = meter('miou', [2, 3, 2], [2, 2]);
    one.add([...answers(0, 1), ...answers(2, 2)], [0, 1, 2, 1]);
    expect(one.value()).toBeCloseTo((1 + 1 / 2 + 1 / 2) / 3, 12);
    expect(one.confusion()).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [0, 0, 1],
    ]);
    expect([...one.answers([...answers(1, 0), ...answers(2, 0)])]).toEqual([1, 0, 2, 0]);
  });

  test.each([
    ['labels of another size', [1, 3, 2, 2], [1, 2, 3], /labels of shape \[1,2,3\].* output of shape \[1,3,2,2\]/],
    ['one label for a map', [1, 3, 2, 2], [1], /labels of shape \[1\]/],
  ])('%s', (_, output, labels, said) => expect(() => meter('miou', output, labels)).toThrow(said));

  test('labels that are no class, or none at all', () => {
    expect(() => meter('miou', [1, 3, 2], [1, 2]).add(answers(0, 0), [0, 3])).toThrow(/the label 3 is no class/);
    const empty = meter('miou', [1, 3, 2], [1, 2]);
    empty.add(answers(0, 0), [255, 255]);
    expect(() => empty.value()).toThrow(/nothing can be judged/);
  });
});

describe('map', () => {
  test('mean over the classes of the sum of precision at each step of recall', () => {
    // Class 0 of rows 0 and 2, ranks 1 and 3: (1 + 2/3) / 2. Class 1 of row 1, rank 1. Class 2 of none.
    const samples: Sample[] = [
      [
        [0.9, 0.1, 0],
        [1, 0, 0],
      ],
      [
        [0.8, 0.7, 0],
        [0, 1, 0],
      ],
      [
        [0.5, 0.2, 0],
        [1, 0, 0],
      ],
    ];
    expect(score('map', [1, 3], [1, 3], samples)).toBeCloseTo(((1 + 2 / 3) / 2 + 1) / 2, 12);
    const classes = samples.map(([scores], i): Sample => [scores, [[0], [1], [0]][i]]);
    expect(score('map', [1, 3], [1], classes)).toBeCloseTo(((1 + 2 / 3) / 2 + 1) / 2, 12);
  });

  test('rows of one score come at once, in whatever order', () => {
    const rows: Sample[] = [
      [[1], [1]],
      [[1], [0]],
      [[0], [1]],
    ];
    const wanted = 0.5 * 0.5 + 0.5 * (2 / 3);
    expect(score('map', [1, 1], [1, 1], rows)).toBeCloseTo(wanted, 12);
    expect(score('map', [1, 1], [1, 1], rows.toReversed())).toBeCloseTo(wanted, 12);
  });

  test('labels that are neither 0 nor 1, of another shape, or of no class', () => {
    expect(() => meter('map', [1, 3], [1, 3]).add([0, 0, 0], [0, 2, 0])).toThrow(
      /labels of map are 0 and 1|says no class/,
    );
    expect(() => meter('map', [1, 3], [1, 2])).toThrow(/labels of shape \[1,2\]/);
    expect(() =>
      score(
        'map',
        [1, 2],
        [1, 2],
        [
          [
            [1, 0],
            [0, 0],
          ],
        ],
      ),
    ).toThrow(/no sample has a class/);
  });
});

test('mse: over all elements', () => {
  const samples: Sample[] = [
    [
      [1, 2],
      [0, 2],
    ],
    [
      [0, 0],
      [0, 3],
    ],
  ];
  expect(score('mse', [1, 2], [1, 2, 1], samples)).toBeCloseTo(10 / 4, 12);
  expect(() => meter('mse', [1, 2], [1])).toThrow(/labels of shape \[1\] a sample, for an output of shape \[1,2\]/);
});

test('top1: a class for each row of scores', () => {
  expect(
    score(
      'top1',
      [2, 2],
      [2],
      [
        [
          [1, 0, 0, 1],
          [0, 0],
        ],
      ],
    ),
  ).toBe(0.5);
  expect(() => meter('top1', [1, 3], [1, 2])).toThrow(/2 labels a sample/);
});

test('drop: points of a share, percent of an error', () => {
  expect(drop({ metric: 'miou', value: 0.9 }, 0.92)).toBeCloseTo(2, 9);
  expect(drop({ metric: 'mse', value: 0.22 }, 0.2)).toBeCloseTo(10, 9);
  expect(drop({ metric: 'mse', value: 0 }, 0)).toBe(0);
  expect(scoreText({ metric: 'mse', value: 0.01234 })).toBe('0.0123');
});
