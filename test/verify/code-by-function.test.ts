import { expect, test } from 'vitest';
import { sumByFunction } from '../../src/verify/code-by-function.ts';

const LISTING = `0x00008000
nn_dot_s8
net.c:10
l01_gemm
net.c:40
net_run
net.c:90
0x00008002
net_run
net.c:91
0x00008004
l00_conv
net.c:20
0x00008006
nn_clamp
net.c:4
nn_dot_s8
net.c:12
0x00008008
memcpy
??:?
0x0000800a
??
??:0
`;

test('what is inlined into the run function counts for the layer, what is not for itself', () => {
  expect([...sumByFunction(LISTING, 'net_run')]).toEqual([
    ['l01_gemm', 2],
    ['net_run', 2],
    ['l00_conv', 2],
    ['nn_dot_s8', 2],
    ['memcpy', 2],
    ['??', 2],
  ]);
});

test('nothing', () => {
  expect(sumByFunction('', 'net_run').size).toBe(0);
});
