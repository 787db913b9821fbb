import type { Graph, Node, Tensor, TensorType, ValueName } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';

/** Rows that are multiplied at once. */
export const CHUNK = 2048;
/** Below this width a loop is quicker than a matrix product elsewhere. */
const SMALL = 16;

/** Up to CHUNK rows: x and x^ of n numbers, d of as many as the layer has outputs. What lies beyond `count` is ignored. */
export interface Chunk {
  readonly x: Float32Array;
  readonly xq: Float32Array;
  readonly d: Float32Array;
  readonly count: number;
}

/** Sums of x^ x^T, x x^T and d x^T. */
export interface ProductSums {
  readonly quantized: Float64Array;
  readonly cross: Float64Array;
  readonly shortfall: Float64Array;
}

/** Adds a chunk's outer products to the sums. */
export type Product = (chunk: Chunk, sums: ProductSums) => Promise<void> | void;

/** @param rows numbers of d in a row; 0: there is no d */
export function createProduct(n: number, rows: number, ctx: PassContext): Product {
  if (n <= SMALL) return (chunk, sums) => addInLoops(chunk, n, rows, sums);
  const graph = productGraph(n, rows);
  return async ({ x, xq, d, count }, sums) => {
    const tensor = (data: Float32Array, width: number): Tensor => {
      data.fill(0, count * width);
      return { dtype: 'f32', shape: [CHUNK, width], data };
    };
    const feeds = new Map([
      ['x', tensor(x, n)],
      ['xq', tensor(xq, n)],
    ]);
    if (rows > 0) feeds.set('d', tensor(d, rows));
    const results = await ctx.evaluate(graph, feeds);
    const add = (sum: Float64Array, name: ValueName) => {
      const values = must(results.get(name), name).data as Float32Array;
      for (let i = 0; i < sum.length; i++) sum[i] += values[i];
    };
    add(sums.quantized, 'xq.xq');
    add(sums.cross, 'x.xq');
    if (rows > 0) add(sums.shortfall, 'd.xq');
  };
}

function addInLoops({ x, xq, d, count }: Chunk, n: number, rows: number, sums: ProductSums): void {
  for (let row = 0; row < count; row++) {
    addOuter(xq, row * n, n, xq, row * n, n, sums.quantized);
    addOuter(x, row * n, n, xq, row * n, n, sums.cross);
    addOuter(d, row * rows, rows, xq, row * n, n, sums.shortfall);
  }
}

function addOuter(
  a: Float32Array,
  from: number,
  rows: number,
  b: Float32Array,
  at: number,
  n: number,
  sum: Float64Array,
): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < n; j++) sum[i * n + j] += a[from + i] * b[at + j];
}

/** Transposes of x, x^ and d times x^: one Gemm each. */
function productGraph(n: number, rows: number): Graph {
  const widths = new Map([['x', n], ['xq', n], ...(rows > 0 ? [['d', rows] as const] : [])]);
  const types = new Map<ValueName, TensorType>();
  const nodes: Node[] = [];
  for (const [name, width] of widths) {
    types.set(name, { dtype: 'f32', shape: [CHUNK, width], quant: null });
    const output = `${name}.xq`;
    types.set(output, { dtype: 'f32', shape: [width, n], quant: null });
    const attributes = { transA: 1 };
    nodes.push({
      op: 'Gemm',
      domain: '',
      name: output,
      inputs: [name, 'xq'],
      outputs: [output],
      attributes,
      clip: null,
    });
  }
  const outputs = nodes.map(({ name }) => name);
  return { name: 'products', inputs: [...widths.keys()], outputs, nodes, types, constants: new Map() };
}
