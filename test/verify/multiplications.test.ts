import { expect, test } from 'vitest';
import { findMultiplications } from '../../src/verify/multiplications.ts';

test('Arm: instructions and library routines behind a chain of calls, none beside it', () => {
  const listing = `
00008000 <model_run>:
    8000:\tpush\t{r4, lr}
    8002:\tbl\t8010 <layer>
    8006:\tpop\t{r4, pc}

00008010 <layer>:
    8010:\tmuls\tr0, r1
    8012:\tsmull\tr0, r1, r2, r3
    8016:\tbl\t8030 <__aeabi_lmul>
    801a:\tbx\tlr

00008020 <other>:
    8020:\tmla\tr0, r1, r2, r3
`;
  expect(findMultiplications(listing, 'model_run')).toEqual([
    'layer: muls r0, r1',
    'layer: smull r0, r1, r2, r3',
    'layer: bl 8030 <__aeabi_lmul>',
  ]);
});

test('RISC-V: a call of __mulsi3 counts, what follows a return does not', () => {
  const listing = `
80000000 <model_run>:
80000000:\tadd\ta0,a0,a1
80000004:\tjal\tra,80000010 <__mulsi3>
80000008:\tret

8000000c <next>:
8000000c:\tmulhu\ta0,a0,a1

80000010 <__mulsi3>:
80000010:\tslli\ta0,a0,0x1
`;
  expect(findMultiplications(listing, 'model_run')).toEqual(['model_run: jal ra,80000010 <__mulsi3>']);
});

test('AVR: targets stand in comments; a function without a jump at its end runs into the next', () => {
  const listing = `
00000100 <model_run>:
 100:\trcall\t.+10     \t; 0x10c <layer>
 102:\tnop
 104:\tldi\tr24, 0x00

00000106 <tail>:
 106:\tmuls\tr18, r19
 108:\tret

0000010c <layer>:
 10c:\tcall\t0x200\t; 0x200 <__umulhisi3>
 110:\tret
`;
  expect(findMultiplications(listing, 'model_run')).toEqual([
    'layer: call 0x200\t; 0x200 <__umulhisi3>'.replace('\t', ' '),
    'tail: muls r18, r19',
  ]);
});

test('a program without the function is an error of ours', () => {
  expect(() => findMultiplications('', 'model_run')).toThrow(RangeError);
});
