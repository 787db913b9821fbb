import { expect, test } from 'vitest';
import { readPrinted, readTrace } from '../../src/verify/simavr-output.ts';

test('console lines with the colours that simavr puts around them', () => {
  const text = 'Loaded 230 .text at address 0x0\nO:r 9aff\n\x1b[32mO:t 7f\x1b[0m\nO:o 00ff10\r\nO:s 0a01\nO:o 01\n';
  expect(readPrinted(text)).toEqual({
    outputs: [Uint8Array.of(0, 255, 16), Uint8Array.of(1)],
    trace: [Uint8Array.of(0x7f)],
    stackBytes: 266,
    leftBytes: -102,
    overrun: false,
    failure: null,
  });
});

test('a broken rule', () => {
  expect(readPrinted('O:f the run wrote above the arena\n').failure).toBe('the run wrote above the arena');
  expect(readPrinted('').stackBytes).toBe(null);
  expect(readPrinted('O:m \n').overrun).toBe(true);
});

test('times of a value change dump in cycles', () => {
  const vcd =
    '$timescale 10ns $end\n$dumpvars\nbxxxxxxxx !\n$end\n#10500\nb00000001 !\n#21500\nb00000010 !\n#32600\nb00000011 !\n';
  expect(readTrace(vcd, 1_000_000)).toEqual([105, 215, 326]);
});
