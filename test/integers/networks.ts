import { createRng } from '../../src/numerics/rng.ts';

const rng = createRng(9);
const normal = (count: number, size: number) =>
  Array.from({ length: count }, () => (rng.normal() * size).toFixed(4)).join(', ');

/** Small networks of the layers that modern ones are made of. */
export const NETWORKS: Readonly<Record<string, string>> = {
  transformer: `
    input x: f32[1,1,32,32]
    const w1: f32[8,1,3,3] = ${normal(72, 0.4)}
    const g1: f32[16] = ${normal(16, 1)}
    const b1: f32[16] = ${normal(16, 0.5)}
    const g2: f32[16] = ${normal(16, 1)}
    const wq: f32[16,16] = ${normal(256, 0.3)}
    const wk: f32[16,16] = ${normal(256, 0.3)}
    const wv: f32[16,16] = ${normal(256, 0.3)}
    const shape: i64[3] = 1, 32, 16
    const rows: i64[1] = 1
    const w2: f32[16,4] = ${normal(64, 0.3)}
    c: f32[1,8,8,8] = Conv(x, w1) strides=[4,4] pads=[1,1,1,1] clip=[0,inf]
    t: f32[1,32,16] = Reshape(c, shape)
    n: f32[1,32,16] = LayerNormalization(t, g1, b1)
    q: f32[1,32,16] = MatMul(n, wq)
    k: f32[1,32,16] = MatMul(n, wk)
    v: f32[1,32,16] = MatMul(n, wv)
    a: f32[1,32,16] = Attention(q, k, v) q_num_heads=2 kv_num_heads=2
    s: f32[1,32,16] = Add(a, t)
    m: f32[1,32,16] = RMSNormalization(s, g2)
    p: f32[1,16] = ReduceMean(m, rows) keepdims=0
    y: f32[1,4] = MatMul(p, w2)
    return y`,

  segmentation: `
    input x: f32[1,2,16,16]
    const w1: f32[4,2,3,3] = ${normal(72, 0.4)}
    const w2: f32[6,4,3,3] = ${normal(216, 0.3)}
    const w3: f32[6,4,2,2] = ${normal(96, 0.5)}
    const b3: f32[4] = ${normal(4, 0.5)}
    const w4: f32[3,8,3,3] = ${normal(216, 0.2)}
    const g: f32[4] = 1, 2, 0.5, 1
    const b: f32[4] = ${normal(4, 0.5)}
    const slopes: f32[6,1,1] = ${normal(6, 0.3)}
    const scales: f32[4] = 1, 1, 2, 2
    c: f32[1,4,16,16] = Conv(x, w1) pads=[1,1,1,1]
    n: f32[1,4,16,16] = InstanceNormalization(c, g, b)
    r: f32[1,4,16,16] = Relu(n)
    d: f32[1,6,8,8] = Conv(r, w2) strides=[2,2] pads=[1,1,1,1]
    e: f32[1,6,8,8] = PRelu(d, slopes)
    u: f32[1,4,16,16] = ConvTranspose(e, w3, b3) strides=[2,2]
    j: f32[1,8,16,16] = Concat(u, r) axis=1
    f: f32[1,3,16,16] = Conv(j, w4) pads=[1,1,1,1]
    h: f32[1,3,32,32] = Resize(f, _, scales) mode="linear"
    y: i64[1,32,32] = ArgMax(h) axis=1 keepdims=0
    return h, y`,

  signal: `
    input x: f32[1,3,40]
    const w1: f32[12,3,5] = ${normal(180, 0.3)}
    const w2: f32[12,12,3] = ${normal(432, 0.2)}
    const w3: f32[5,12] = ${normal(60, 0.3)}
    const last: i64[1] = 2
    const two: i64[1] = 2
    c: f32[1,12,38] = Conv(x, w1) pads=[1,1] clip=[0,inf]
    d: f32[1,12,38] = Conv(c, w2) pads=[1,1]
    m: f32[1,12] = ReduceMax(d, last) keepdims=0
    l: f32[1,12] = ReduceMin(d, last) keepdims=0
    s: f32[1,12] = Sub(m, l)
    g: f32[1,5] = Gemm(s, w3) transB=1
    v: f32[1,2], i: i64[1,2] = TopK(g, two)
    return g, v, i`,

  spelled: `
    input x: f32[1,6,8]
    const a: i64[1] = -1
    const two: f32[] = 2
    const e: f32[] = 0.00001
    const g: f32[8] = ${normal(8, 1)}
    const b: f32[8] = ${normal(8, 0.5)}
    const wq: f32[8,8] = ${normal(64, 0.4)}
    const wk: f32[8,8] = ${normal(64, 0.4)}
    const root: f32[] = 2.8284271247461903
    m: f32[1,6,1] = ReduceMean(x, a)
    d: f32[1,6,8] = Sub(x, m)
    s: f32[1,6,8] = Pow(d, two)
    v: f32[1,6,1] = ReduceMean(s, a)
    w: f32[1,6,1] = Add(v, e)
    r: f32[1,6,1] = Sqrt(w)
    n: f32[1,6,8] = Div(d, r)
    t: f32[1,6,8] = Mul(n, g)
    l: f32[1,6,8] = Add(t, b)
    q: f32[1,6,8] = MatMul(l, wq)
    k: f32[1,6,8] = MatMul(l, wk)
    kt: f32[1,8,6] = Transpose(k) perm=[0,2,1]
    p: f32[1,6,6] = MatMul(q, kt)
    c: f32[1,6,6] = Div(p, root)
    o: f32[1,6,6] = Softmax(c)
    y: f32[1,6,8] = MatMul(o, l)
    return y`,
};
