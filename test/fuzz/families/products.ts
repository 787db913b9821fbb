import type { DType } from '../../../src/ir/types.ts';
import { type Builder, codes, whole } from '../builder.ts';
import { type Family, FLOATS, type Nature } from '../family.ts';
import { broadcastTo } from './elementwise.ts';

const family = (op: string, nature: Nature, make: (b: Builder) => void, since = 7): Family => ({
  op,
  nature,
  since,
  make,
});

function matMul(b: Builder): void {
  const x = b.data({ dtypes: ['f32', 'f64', 'i32', 'i64', 'f16'], rank: [1, 4] });
  const inner = x.shape.at(-1)!;
  const batch = b.chance(0.5) ? broadcastTo(b, x.shape.slice(0, -2)) : [];
  const shape = b.chance(0.2) ? [inner] : [...batch, inner, b.int(1, 5)];
  b.node('MatMul', [x, b.operand(x.dtype, shape)]);
}

function gemm(b: Builder): void {
  const n = b.int(1, 5);
  const [transA, transB] = [b.int(0, 1), b.int(0, 1)];
  const x = b.data({ dtypes: FLOATS, shape: b.like([b.int(1, 6), b.int(1, 6)]) });
  const [m, k] = transA ? [x.shape[1], x.shape[0]] : x.shape;
  const w = b.operand(x.dtype, transB ? [n, k] : [k, n]);
  const c = b.opset < 11 || b.chance(0.6) ? b.operand(x.dtype, b.pick([[m, n], [n], [1, n], [m, 1], [1], []])) : null;
  b.node('Gemm', [x, w, c], {
    ...(transA && { transA }),
    ...(transB && { transB }),
    ...b.some({ alpha: b.pick([0, 0.5, 1, -2]), beta: b.pick([0.5, 1, 2]) }),
  });
}

function matMulInteger(b: Builder): void {
  const dtypes: DType[] = ['u8', 'i8'];
  const dtype = b.dtype(dtypes);
  const x = b.data({ dtypes: [dtype], rank: [2, 3], values: codes(dtype) });
  const [rows, inner, columns] = [x.shape.at(-2)!, x.shape.at(-1)!, b.int(1, 5)];
  const w = b.dtype(dtypes);
  const left = b.optional(() =>
    b.operand(x.dtype, b.pick([[], [1], ...(x.shape.length === 2 ? [[rows]] : [])]), whole(0, 9)),
  );
  const right = b.optional(() => b.operand(w, b.pick([[], [columns]]), whole(0, 9)));
  b.node('MatMulInteger', [x, b.operand(w, [inner, columns], codes(w)), left, right]);
}

/** Equations with the shape of every operand in terms of i, j, k, l. */
const EQUATIONS: readonly string[] = [
  'ij,jk->ik',
  'ij->ji',
  'ii->i',
  'ii',
  'i,j->ij',
  'ij,ij->',
  'bij,bjk->bik',
  'ij,ik->kj',
  'ijk->kj',
  'ij,j,jk->ik',
  '...ij,...jk->...ik',
  'i...->...',
  'ij , jk',
  'bi,bj,b->ij',
];

function einsum(b: Builder): void {
  const equation = b.pick(EQUATIONS);
  const sizes = new Map<string, number>();
  const size = (letter: string) => {
    if (!sizes.has(letter)) sizes.set(letter, b.int(1, 4));
    return sizes.get(letter)!;
  };
  const ellipsis = b.shape(0, 2);
  const shapes = equation
    .split('->')[0]
    .split(',')
    .map((term) =>
      term
        .trim()
        .replace('...', '.')
        .split('')
        .flatMap((letter) => (letter === '.' ? ellipsis : [size(letter)])),
    );
  const x = b.data({ dtypes: ['f32', 'f64', 'i32', 'i64'], shape: shapes[0] });
  b.node('Einsum', [x, ...shapes.slice(1).map((shape) => b.operand(x.dtype, shape))], { equation });
}

function det(b: Builder): void {
  const n = b.int(1, 4);
  b.node('Det', [b.data({ dtypes: ['f32'], shape: [...b.shape(0, 2), n, n] })]);
}

export const PRODUCTS: readonly Family[] = [
  family('MatMul', 'close', matMul),
  family('Gemm', 'close', gemm),
  family('MatMulInteger', 'exact', matMulInteger, 10),
  family('Einsum', 'close', einsum, 12),
  family('Det', 'close', det, 11),
];
