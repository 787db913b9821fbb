/**
 * Small quantized networks as text, codes and scales fixed: calibration differs between processors, these do not.
 * `drawn` stands for numbers that follow from the constant's name (see golden-graph.ts).
 */
export const NETS: Readonly<Record<string, string>> = {
  separable: `
input x: i8[1,1,12,10]{scale=0.04, zero=-11}
const w1: i8[8,1,5,4]{axis=0, scale=drawn, zero=0} = drawn
const b1: i32[8]{axis=0, scale=drawn, zero=0} = drawn
const w2: i8[8,1,3,3]{axis=0, scale=drawn, zero=0} = drawn
const b2: i32[8]{axis=0, scale=drawn, zero=0} = drawn
const w3: i8[16,8,1,1]{axis=0, scale=drawn, zero=0} = drawn
const b3: i32[16]{axis=0, scale=drawn, zero=0} = drawn
const w4: i8[16,1,3,3]{axis=0, scale=drawn, zero=0} = drawn
const b4: i32[16]{axis=0, scale=drawn, zero=0} = drawn
const w5: i8[5,16]{axis=0, scale=drawn, zero=0} = drawn
const b5: i32[5]{axis=0, scale=drawn, zero=0} = drawn
c1: i8[1,8,6,5]{scale=0.06, zero=-128} = Conv(x, w1, b1) kernel_shape=[5,4] pads=[2,1,1,1] strides=[2,2] clip=[0,inf]
c2: i8[1,8,6,5]{scale=0.05, zero=-128} = Conv(c1, w2, b2) group=8 kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,inf]
c3: i8[1,16,6,5]{scale=0.05, zero=-128} = Conv(c2, w3, b3) kernel_shape=[1,1] clip=[0,inf]
c4: i8[1,16,3,3]{scale=0.04, zero=-128} = Conv(c3, w4, b4) group=16 kernel_shape=[3,3] pads=[1,1,1,1] strides=[2,2] clip=[0,inf]
p: i8[1,16,1,1]{scale=0.02, zero=-128} = AveragePool(c4) kernel_shape=[3,3]
f: i8[1,16]{scale=0.02, zero=-128} = Flatten(p)
y: i8[1,5]{scale=0.1, zero=4} = Gemm(f, w5, b5) transB=1
return y`,

  residual: `
input x: i8[1,3,8,8]{scale=0.03, zero=5}
const w1: i8[16,3,3,3]{axis=0, scale=drawn, zero=0} = drawn
const b1: i32[16]{axis=0, scale=drawn, zero=0} = drawn
const w2: i8[16,16,3,3]{axis=0, scale=drawn, zero=0} = drawn
const b2: i32[16]{axis=0, scale=drawn, zero=0} = drawn
const w3: i8[20,16,3,3]{axis=0, scale=drawn, zero=0} = drawn
const b3: i32[20]{axis=0, scale=drawn, zero=0} = drawn
c1: i8[1,16,8,8]{scale=0.05, zero=-128} = Conv(x, w1, b1) kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,inf]
c2: i8[1,16,8,8]{scale=0.06, zero=3} = Conv(c1, w2, b2) kernel_shape=[3,3] pads=[1,1,1,1]
a: i8[1,16,8,8]{scale=0.07, zero=-128} = Add(c1, c2) clip=[0,inf]
c3: i8[1,20,4,4]{scale=0.07, zero=-9} = Conv(a, w3, b3) kernel_shape=[3,3] pads=[1,1,1,1] strides=[2,2]
m: i8[1,20,2,2]{scale=0.07, zero=-9} = MaxPool(c3) kernel_shape=[2,2] strides=[2,2]
return m`,

  odd_windows: `
input x: i8[1,6,7,9]{scale=0.03, zero=-2}
const w1: i8[6,3,3,3]{axis=0, scale=drawn, zero=0} = drawn
const b1: i32[6]{axis=0, scale=drawn, zero=0} = drawn
const w2: i8[5,6,3,2]{axis=0, scale=drawn, zero=0} = drawn
const b2: i32[5]{axis=0, scale=drawn, zero=0} = drawn
const w3: i8[5,1,5,5]{axis=0, scale=drawn, zero=0} = drawn
const b3: i32[5]{axis=0, scale=drawn, zero=0} = drawn
const w4: i8[7,5,4]{axis=0, scale=drawn, zero=0} = drawn
const shape: i64[3] = 1, 5, 42
g: i8[1,6,7,9]{scale=0.05, zero=-128} = Conv(x, w1, b1) group=2 kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,6]
d: i8[1,5,6,7]{scale=0.05, zero=1} = Conv(g, w2, b2) kernel_shape=[3,2] dilations=[2,2] pads=[1,0,2,0]
w: i8[1,5,6,7]{scale=0.05, zero=-7} = Conv(d, w3, b3) group=5 kernel_shape=[5,5] pads=[2,2,2,2]
r: i8[1,5,42]{scale=0.05, zero=-7} = Reshape(w, shape)
y: i8[1,7,39]{scale=0.06, zero=0} = Conv(r, w4) kernel_shape=[4]
return y`,

  dense: `
input x: i8[1,40]{scale=0.02, zero=7}
input s: i8[3,37]{scale=0.02, zero=-128}
const w1: i8[16,40]{axis=0, scale=drawn, zero=0} = drawn
const b1: i32[16]{axis=0, scale=drawn, zero=0} = drawn
const w2: i8[3,16]{axis=0, scale=drawn, zero=0} = drawn
const b2: i32[3]{axis=0, scale=drawn, zero=0} = drawn
const w3: i8[10,37]{axis=0, scale=drawn, zero=0} = drawn
const b3: i32[10]{axis=0, scale=drawn, zero=0} = drawn
h: i8[1,16]{scale=0.03, zero=-128} = Gemm(x, w1, b1) transB=1 clip=[0,inf]
y: i8[1,3]{scale=0.05, zero=9} = Gemm(h, w2, b2) transB=1
z: i8[3,10]{scale=0.04, zero=0} = Gemm(s, w3, b3) transB=1
m: i8[1,16]{scale=0.02, zero=-5} = Mul(h, h)
p: i8[1,16]{scale=0.00390625, zero=-128} = Softmax(m) axis=1
return y, z, p`,

  float_net: `
input x: f32[1,3,6,6]
const w1: f32[4,3,3,3] = drawn
const b1: f32[4] = drawn
const w2: f32[4,1,3,3] = drawn
const w3: f32[5,4] = drawn
c: f32[1,4,6,6] = Conv(x, w1, b1) kernel_shape=[3,3] pads=[1,1,1,1] clip=[0,inf]
d: f32[1,4,6,6] = Conv(c, w2) group=4 kernel_shape=[3,3] pads=[1,1,1,1]
a: f32[1,4,6,6] = Add(c, d)
p: f32[1,4,1,1] = GlobalAveragePool(a)
f: f32[1,4] = Flatten(p)
g: f32[1,5] = Gemm(f, w3) transB=1
y: f32[1,5] = Softmax(g)
return y`,
};
