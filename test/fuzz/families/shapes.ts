import type { Builder } from '../builder.ts';
import { ANY, type Family, FLOATS } from '../family.ts';

const family = (op: string, make: (b: Builder) => void, since = 7): Family => ({ op, nature: 'exact', since, make });

/** Operators that fold away, with something that uses their result. */
export const SHAPES: readonly Family[] = [
  family('Shape', (b) => {
    const x = b.data({ dtypes: ANY, rank: [1, 4] });
    b.node('Shape', [x], b.opset >= 15 ? b.some({ start: b.int(-5, 2), end: b.int(1, 5) }) : {});
  }),
  family('Size', (b) => b.node('Size', [b.data({ dtypes: ANY, rank: [0, 4] })])),
  family(
    'ConstantOfShape',
    (b) => {
      const x = b.data({ dtypes: ['f32', 'i32'], rank: [1, 3] });
      b.node('ConstantOfShape', [b.ints(x.shape)], {
        value: { dtype: x.dtype, shape: [1], data: x.dtype === 'f32' ? new Float32Array([2.5]) : new Int32Array([7]) },
      });
      b.node('Add', [x, { ...x, name: b.outputs[0] }]);
    },
    9,
  ),
  family(
    'Range',
    (b) => {
      const n = b.int(1, 5);
      const x = b.data({ shape: [b.int(1, 3), n] });
      const scalar = (value: number) => b.constant('f32', [], [value]);
      b.node('Range', [scalar(-1), scalar(-1 + 0.5 * n), scalar(0.5)]);
      b.node('Add', [x, { name: b.outputs[0], dtype: 'f32', shape: [n] }]);
    },
    11,
  ),
  family('Dropout', (b) => {
    const x = b.data({ dtypes: b.opset >= 10 ? FLOATS : ['f32'], rank: [1, 4] });
    if (b.opset < 12) return b.node('Dropout', [x], b.some({ ratio: 0.3 }));
    b.node('Dropout', [x, b.optional(() => b.constant('f32', [], [0.3]))], {}, b.pick([[true], [true, true]]));
  }),
];
