/** How an exporter writes attention over tokens of x. */
export interface AttentionSpelling {
  /** [heads, rows, size] of each matrix; a batch before it where `batch`. */
  readonly heads: number;
  readonly rows: number;
  readonly keys: number;
  readonly size: number;
  readonly rank: 2 | 3 | 4;
  /** Whether heads come from rows of x, turned, and go back so. */
  readonly turned: boolean;
  /** Keys turned at once (heads last but one and size before rows), or by a Transpose of their own. */
  readonly keysAtOnce: boolean;
  readonly scale: 'quotient' | 'product' | 'both' | 'queries' | 'none';
  readonly mask: 'none' | 'triangle' | 'numbers' | 'computed' | 'where' | 'hides' | 'input';
  /** PyTorch's guard of rows without a key. */
  readonly guard: boolean;
  readonly swap: boolean;
}

const vit: AttentionSpelling = {
  heads: 2,
  rows: 5,
  keys: 5,
  size: 4,
  rank: 4,
  turned: true,
  keysAtOnce: false,
  scale: 'both',
  mask: 'none',
  guard: false,
  swap: false,
};

/** Of exporters and frameworks. */
export const attentionSpellings: [string, AttentionSpelling][] = [
  ['scaled_dot_product_attention', vit],
  ['with a mask of truths', { ...vit, mask: 'input', guard: true }],
  ['causal', { ...vit, mask: 'triangle' }],
  ['nn.MultiheadAttention', { ...vit, rank: 3, turned: false, scale: 'queries' }],
  ['BERT', { ...vit, keysAtOnce: true, scale: 'quotient', mask: 'computed' }],
  ['GPT-2', { ...vit, scale: 'quotient', mask: 'where' }],
  ['Keras', { ...vit, scale: 'queries', mask: 'hides' }],
  ['Swin', { ...vit, mask: 'numbers', swap: true }],
  ['one head of a matrix', { ...vit, rank: 2, turned: false, scale: 'product', keys: 7 }],
];

/** The text form of a graph of x (queries), z (keys and values) to y. */
export function spelledAttention(given: AttentionSpelling): string {
  const { heads, rows, keys, size, rank, turned, keysAtOnce, scale, mask, guard, swap } = given;
  const batch = rank === 4 ? [1] : [];
  const before = rank === 2 ? [] : [...batch, heads];
  const [Q, K, T] = [
    [...before, rows, size],
    [...before, keys, size],
    [...before, size, keys],
  ];
  const S = [...before, rows, keys];
  const f = (shape: readonly number[]) => `f32[${shape}]`;
  const swapped = [...before.keys(), rank - 1, rank - 2];
  const numbers = (count: number, value: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => value(i)).join(', ');
  const lines: string[] = ['const root: f32[] = 1.5', 'const part: f32[] = 0.7', 'const zero: f32[] = 0'];
  const line = (name: string, shape: readonly number[], text: string) => lines.push(`${name}: ${f(shape)} = ${text}`);

  if (turned) {
    const lying = (count: number) => [1, count, heads, size];
    lines.push(`input x: ${f([1, rows, heads * size])}`, `input z: ${f([1, keys, heads * size])}`);
    lines.push(`const xs: i64[4] = ${lying(rows)}`, `const zs: i64[4] = ${lying(keys)}`);
    line('xr', lying(rows), 'Reshape(x, xs)');
    line('zr', lying(keys), 'Reshape(z, zs)');
    line('q', Q, 'Transpose(xr) perm=[0,2,1,3]');
    line('v', K, 'Transpose(zr) perm=[0,2,1,3]');
    if (keysAtOnce) line('kt', T, 'Transpose(zr) perm=[0,2,3,1]');
    else line('kt', T, 'Transpose(v) perm=[0,1,3,2]');
  } else {
    lines.push(`input x: ${f(Q)}`, `input z: ${f(K)}`);
    line('q', Q, 'Neg(x)');
    line('v', K, 'Neg(z)');
    line('kt', T, `Transpose(z) perm=[${swapped}]`);
  }
  const [q, k] = scale === 'both' ? ['qs', 'ks'] : scale === 'queries' ? ['qs', 'kt'] : ['q', 'kt'];
  if (q === 'qs') line('qs', Q, swap ? 'Mul(part, q)' : 'Mul(q, part)');
  if (k === 'ks') line('ks', T, swap ? 'Mul(part, kt)' : 'Mul(kt, part)');
  line('p', S, `MatMul(${q}, ${k})`);
  let last = 'p';
  if (scale === 'quotient' || scale === 'product') {
    line('s', S, scale === 'quotient' ? 'Div(p, root)' : 'Mul(p, part)');
    last = 's';
  }
  const grid = rows * keys;
  const later = (i: number) => i % keys > Math.floor(i / keys);
  const M = [rows, keys];
  const add = (name: string) => line('masked', S, `Add(${swap ? `${name}, ${last}` : `${last}, ${name}`})`);
  if (mask === 'triangle') lines.push(`const m: ${f(M)} = ${numbers(grid, (i) => (later(i) ? -1e9 : 0))}`);
  if (mask === 'numbers') lines.push(`const m: ${f(M)} = ${numbers(grid, (i) => Math.sin(i))}`);
  if (mask === 'computed') lines.push(`input i: ${f([1, keys])}`, `m: ${f([1, keys])} = Neg(i)`);
  if (mask === 'input') {
    lines.push(`input i: bool[${M}]`, `const low: f32[] = ${guard ? '-inf' : '-10000'}`);
    line('m', M, 'Where(i, zero, low)');
  }
  if (['triangle', 'numbers', 'computed', 'input'].includes(mask)) add('m');
  if (mask === 'where' || mask === 'hides') {
    const shown = (i: number) => Number((i % 3 !== 1) === (mask === 'where'));
    lines.push(`const m: bool[${M}] = ${numbers(grid, shown)}`, 'const low: f32[] = -10000');
    line('masked', S, mask === 'where' ? `Where(m, ${last}, low)` : `Where(m, low, ${last})`);
  }
  line('w', S, `Softmax(${mask === 'none' ? last : 'masked'}) axis=-1`);
  if (guard) lines.push(`nan: bool[${S}] = IsNaN(w)`);
  if (guard) line('u', S, 'Where(nan, zero, w)');
  line(turned ? 'o' : 'y', Q, `MatMul(${guard ? 'u' : 'w'}, v)`);
  if (turned) {
    line('t', [1, rows, heads, size], 'Transpose(o) perm=[0,2,1,3]');
    lines.push(`const ys: i64[3] = 1, ${rows}, ${heads * size}`);
    line('y', [1, rows, heads * size], 'Reshape(t, ys)');
  }
  return [...lines, 'return y'].join('\n');
}
