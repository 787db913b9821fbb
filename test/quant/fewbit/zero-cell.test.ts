import { expect, test } from 'vitest';
import { createRng } from '../../../src/numerics/rng.ts';
import { entropyConstrained } from '../../../src/quant/fewbit/ecsq.ts';

test('the cell of zero holds most weights, also of a lopsided source', () => {
  const rng = createRng(1);
  // Some weights lie far out on one side, so no centre of the first, equally spaced ones is near zero by design.
  const weights = Float64Array.from({ length: 20_000 }, (_, i) => (i % 50 === 0 ? -0.3 : 0) + 0.08 * rng.normal());
  const importance = new Float64Array(weights.length).fill(1);
  for (const lambda of [1e-3, 3e-3, 6e-3]) {
    const { centres, counts } = entropyConstrained({ weights, importance }, lambda);
    const most = counts.indexOf(Math.max(...counts));
    expect(centres[most]).toBe(0);
    expect([...centres]).toEqual([...centres].sort((a, b) => a - b));
  }
});
