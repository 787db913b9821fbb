import { type Builder, whole } from '../builder.ts';
import type { Family } from '../family.ts';

const family = (op: string, make: (b: Builder) => void, since: number): Family => ({
  op,
  nature: 'close',
  since,
  make,
});

function dft(b: Builder): void {
  const complex = b.chance(0.5);
  const [inverse, onesided] = [b.int(0, 1), b.int(0, 1)];
  const shape = [...b.shape(1, 3), complex ? 2 : 1];
  const signal = shape.slice(0, -1);
  const axis = b.int(shape.length > 2 ? 1 : 0, signal.length - 1);
  const x = b.data({ dtypes: ['f32', 'f64'], shape });
  const length = b.optional(() => b.constant('i64', [], [b.int(1, 8)]));
  const attributes = { ...b.some({ inverse: complex ? inverse : 0 }), ...(!complex && b.some({ onesided })) };
  if (b.opset < 20) return b.node('DFT', [x, length], { axis, ...attributes });
  b.node('DFT', [x, length, b.constant('i64', [], [b.chance(0.5) ? axis : axis - shape.length])], attributes);
}

function stft(b: Builder): void {
  const [frame, step] = [b.int(2, 6), b.int(1, 3)];
  const x = b.data({ dtypes: ['f32', 'f64'], shape: [b.int(1, 2), frame + step * b.int(0, 4) + b.int(0, 1), 1] });
  const window = b.optional(() => b.constant(x.dtype, [frame]));
  const length = window === null || b.chance(0.5) ? b.constant('i64', [], [frame]) : null;
  b.node('STFT', [x, b.constant('i64', [], [step]), window, length], b.some({ onesided: b.int(0, 1) }));
}

/** A window of constant size, times a signal, so that something is left to compute. */
function windowed(op: string): Family {
  return family(
    op,
    (b) => {
      const size = b.int(2, 9);
      const x = b.data({ shape: [size] });
      b.node(op, [b.constant('i64', [], [size])], b.some({ periodic: b.int(0, 1), output_datatype: 1 }));
      b.node('Mul', [x, { name: b.outputs[0], dtype: 'f32', shape: [size] }]);
    },
    17,
  );
}

function mel(b: Builder): void {
  const [bins, dft] = [b.int(1, 6), 2 * b.int(4, 12)];
  const scalar = (dtype: 'i64' | 'f32', value: number) => b.constant(dtype, [], [value]);
  b.node('MelWeightMatrix', [
    scalar('i64', bins),
    scalar('i64', dft),
    scalar('i64', 8000),
    scalar('f32', 20),
    scalar('f32', 3800),
  ]);
  const bank = { name: b.outputs[0], dtype: 'f32' as const, shape: [Math.floor(dft / 2) + 1, bins] };
  b.node('MatMul', [b.data({ shape: [b.int(1, 3), Math.floor(dft / 2) + 1] }), bank]);
}

function ngrams(b: Builder): void {
  const shape = b.chance(0.5) ? [b.int(1, 8)] : [b.int(1, 3), b.int(1, 8)];
  const x = b.data({ dtypes: ['i64', 'i32'], shape, values: whole(1, 4) });
  const [min, max] = b.pick([
    [1, 1],
    [1, 2],
    [2, 2],
  ]);
  const pool = [1, 2, 3, 1, 2, 2, 3, 3, 3];
  const weights = [1, 0.5, 2, 0.25, 1, 3];
  const attributes = {
    mode: b.pick(['TF', 'IDF', 'TFIDF']),
    min_gram_length: min,
    max_gram_length: max,
    max_skip_count: b.int(0, 2),
    ngram_counts: [0, 3],
    ngram_indexes: [0, 1, 2, 3, 4, 5],
    pool_int64s: pool,
  };
  b.node('TfIdfVectorizer', [x], { ...attributes, ...b.some({ weights }) });
}

export const SIGNAL: readonly Family[] = [
  family('DFT', dft, 17),
  family('STFT', stft, 17),
  ...['HannWindow', 'HammingWindow', 'BlackmanWindow'].map(windowed),
  family('MelWeightMatrix', mel, 17),
  family('TfIdfVectorizer', ngrams, 9),
];
