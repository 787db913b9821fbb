/** How an exporter writes a normalization of x, f32[2,3,8]. */
export interface Spelling {
  readonly centred: boolean;
  /** Squares by Pow, by Mul, by ReduceSumSquare; mean of squares less square of the mean; a sum over a count. */
  readonly variance: 'pow' | 'product' | 'squares' | 'flax' | 'sum';
  /** x / root, x * (1 / root) by Reciprocal or Div, x * variance^-0.5 */
  readonly root: 'divide' | 'reciprocal' | 'one-over' | 'power';
  /** (d r) g + b, d (r g) + b, x (r g) + (b - m (r g)) */
  readonly order: 'scale last' | 'scale first' | 'expanded';
  readonly axes: readonly number[];
  readonly scale: boolean;
  readonly bias: boolean;
  /** Whether the operands of the next sum or product change places. */
  readonly swap: () => boolean;
}

const plain: Spelling = {
  centred: true,
  variance: 'pow',
  root: 'divide',
  order: 'scale last',
  axes: [-1],
  scale: true,
  bias: true,
  swap: () => false,
};

/** Of exporters and frameworks. */
export const spellings: [string, Spelling][] = [
  ['PyTorch', plain],
  ['PyTorch by hand, of channels', { ...plain, axes: [1] }],
  ['LLaMA', { ...plain, centred: false, root: 'reciprocal', bias: false }],
  ['T5', { ...plain, centred: false, root: 'one-over', bias: false, swap: () => true }],
  ['TensorFlow', { ...plain, variance: 'product', root: 'reciprocal', order: 'expanded' }],
  ['Keras', { ...plain, variance: 'product', root: 'power', order: 'expanded', swap: () => true }],
  ['Flax', { ...plain, variance: 'flax', root: 'reciprocal', order: 'scale first' }],
];

const SHAPE = [2, 3, 8];

/** The text form of a graph from x to y. */
export function spelledNorm(given: Spelling): string {
  const { centred, root, swap, axes } = given;
  const scale = given.scale;
  const order =
    root === 'divide' ? 'scale last' : centred ? given.order : given.order === 'expanded' ? 'scale first' : given.order;
  const variance = !centred && given.variance === 'flax' ? 'pow' : given.variance;
  const reduced = axes.map((axis) => (axis + 3) % 3);
  const kept = SHAPE.map((size, d) => (reduced.includes(d) ? 1 : size));
  const own = SHAPE.map((size, d) => (reduced.includes(d) ? size : 1));
  const parameter = own.slice(own.findIndex((size) => size > 1));
  const count = own.reduce((a, b) => a * b, 1);
  const [whole, one, row] = [SHAPE, kept, parameter].map((shape) => `f32[${shape}]`);
  const numbers = (offset: number) =>
    Array.from({ length: count }, (_, i) => Math.sin(i + offset).toFixed(3)).join(', ');
  const lines = [
    `input x: ${whole}`,
    `const axes: i64[${axes.length}] = ${axes}`,
    'const two: f32[] = 2',
    'const one: f32[] = 1',
    'const minus: f32[] = -0.5',
    `const count: f32[1] = ${count}`,
    'const e: f32[] = 0.001',
    `const g: ${row} = ${numbers(1)}`,
    `const b: ${row} = ${numbers(2)}`,
  ];
  const add = (name: string, type: string, op: string, a: string, b: string) =>
    lines.push(`${name}: ${type} = ${op}(${swap() ? `${b}, ${a}` : `${a}, ${b}`})`);
  const line = (name: string, type: string, text: string) => lines.push(`${name}: ${type} = ${text}`);
  const square = (name: string, type: string, of: string) =>
    line(name, type, variance === 'product' || variance === 'sum' ? `Mul(${of}, ${of})` : `Pow(${of}, two)`);

  if (centred || order === 'expanded') line('m', one, 'ReduceMean(x, axes)');
  if (centred) line('d', whole, 'Sub(x, m)');
  const from = centred ? 'd' : 'x';
  if (variance === 'flax') {
    square('s', whole, 'x');
    line('q', one, 'ReduceMean(s, axes)');
    square('mm', one, 'm');
    line('v0', one, 'Sub(q, mm)');
    line('v', one, 'Relu(v0)');
  } else if (variance === 'squares') {
    line('q', one, `ReduceSumSquare(${from}, axes)`);
    line('v', one, 'Div(q, count)');
  } else {
    square('s', whole, from);
    line(variance === 'sum' ? 'q' : 'v', one, `${variance === 'sum' ? 'ReduceSum' : 'ReduceMean'}(s, axes)`);
    if (variance === 'sum') line('v', one, 'Div(q, count)');
  }
  add('w', one, 'Add', 'v', 'e');
  if (root === 'power') line('r', one, 'Pow(w, minus)');
  else {
    line('root', one, 'Sqrt(w)');
    if (root === 'reciprocal') line('r', one, 'Reciprocal(root)');
    if (root === 'one-over') line('r', one, 'Div(one, root)');
  }

  let last = 'n';
  if (order === 'scale last') {
    if (root === 'divide') line('n', whole, `Div(${from}, root)`);
    else add('n', whole, 'Mul', from, 'r');
    if (scale) add('t', whole, 'Mul', 'n', 'g');
    if (scale) last = 't';
  } else {
    const factor = scale ? 'rg' : 'r';
    if (scale) add('rg', whole, 'Mul', 'r', 'g');
    if (order === 'expanded') {
      add('xr', whole, 'Mul', 'x', factor);
      add('mr', whole, 'Mul', 'm', factor);
      if (!given.bias) line('n', whole, 'Sub(xr, mr)');
      else {
        line('o', whole, 'Sub(b, mr)');
        add('y', whole, 'Add', 'xr', 'o');
      }
    } else add('n', whole, 'Mul', from, factor);
  }
  if (order === 'expanded' && given.bias) return [...lines, 'return y'].join('\n');
  if (given.bias) add('y', whole, 'Add', last, 'b');
  else line('y', whole, `Identity(${last})`);
  return [...lines, 'return y'].join('\n');
}
