import fc from 'fast-check';
import { expect, test } from 'vitest';
import { separateCode } from '../../src/search/separate-code.ts';

const KERNELS = ['int8 conv', 'int4 conv', 'int4 dense'];

test('finds the parts of code that is their sum', () => {
  const bytes = fc.integer({ min: 0, max: 900 });
  fc.assert(
    fc.property(bytes, fc.array(fc.tuple(bytes, bytes), { minLength: 3, maxLength: 3 }), (rest, parts) => {
      const code = (kernels: readonly string[]) =>
        KERNELS.reduce((sum, kernel, k) => {
          const uses = kernels.filter((other) => other === kernel).length;
          return sum + (uses > 0 ? parts[k][0] : 0) + (uses > 1 ? parts[k][1] : 0);
        }, rest);
      const programs = [[], ...KERNELS.flatMap((kernel) => [[kernel], [kernel, kernel]])];
      const found = separateCode(programs.map((kernels) => ({ kernels, bytes: code(kernels) })));
      expect(found.errorBytes).toBeLessThanOrEqual(1);
      expect(Math.abs(found.restBytes - rest)).toBeLessThanOrEqual(1);
      KERNELS.forEach((kernel, k) => {
        expect(Math.abs((found.kernels.get(kernel)?.once ?? -9) - parts[k][0])).toBeLessThanOrEqual(1);
        expect(Math.abs((found.kernels.get(kernel)?.again ?? -9) - parts[k][1])).toBeLessThanOrEqual(1);
      });
    }),
  );
});

test('what no sum explains is the error', () => {
  const samples = [
    { kernels: ['a'], bytes: 100 },
    { kernels: ['a'], bytes: 140 },
  ];
  expect(separateCode(samples)).toMatchObject({ errorBytes: 20 });
});

test('no part is negative', () => {
  const { restBytes, kernels } = separateCode([
    { kernels: [], bytes: 300 },
    { kernels: ['a'], bytes: 200 },
  ]);
  expect(restBytes).toBe(250);
  expect(kernels.get('a')).toEqual({ once: 0, again: 0 });
});
