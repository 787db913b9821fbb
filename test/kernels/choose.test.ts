import { describe, expect, test } from 'vitest';
import type { Goal, KernelWish } from '../../src/ir/lowering.ts';
import { choose } from '../../src/kernels/choose.ts';
import type { Job, Kernel } from '../../src/kernels/kernel.ts';

const JOB: Job = { name: 'conv1', reads: [], y: null, features: new Set(['div']) };

/** A kernel that nobody has counted: it costs what it says. */
function kernel(id: string, instructions: number, more: Partial<Kernel<Job>> = {}): Kernel<Job> {
  return {
    id,
    needs: [],
    tile: null,
    accepts: () => true,
    scratchBytes: () => 0,
    overlap: () => null,
    work: () => ({ instructions }),
    tableBytes: () => 0,
    build: () => ({ template: 'kernel', params: {}, summary: '' }),
    ...more,
  };
}

function chosen(kernels: readonly Kernel<Job>[], wish: Partial<KernelWish> = {}) {
  const refuse = (reason: string): never => {
    throw new Error(reason);
  };
  return choose(JOB, kernels, {
    wish: { goal: 'balanced', core: '', pin: null, without: [], sums: false, ...wish },
    refuse,
  });
}

describe('among kernels that can', () => {
  const FAST = kernel('fast', 100, { tableBytes: () => 900, scratchBytes: () => 500 });
  const SMALL = kernel('small', 300, { tableBytes: () => 100, scratchBytes: () => 400 });
  const LEAN = kernel('lean', 200, { tableBytes: () => 500 });

  test('where size is the goal, of equal tables the smaller code, then the fewer instructions', () => {
    const tables = { tableBytes: () => 100 };
    const compact = { ...tables, compact: () => true };
    const kernels = [kernel('wide', 100, tables), kernel('slow', 300, compact), kernel('quick', 200, compact)];
    expect(chosen(kernels, { goal: 'size' }).kernel.id).toBe('quick');
    expect(chosen(kernels).kernel.id).toBe('wide');
  });

  test.each<[Goal, string]>([
    ['balanced', 'fast'],
    ['speed', 'fast'],
    ['size', 'small'],
    ['ram', 'lean'],
  ])('%s takes %s', (goal, id) => {
    const choice = chosen([SMALL, LEAN, FAST], { goal });
    expect(choice.kernel.id).toBe(id);
    expect(choice.others.map((other) => other.kernel)).toEqual(
      ['small', 'lean', 'fast'].filter((other) => other !== id),
    );
  });

  test('the first of those that differ by less than the cost model knows', () => {
    expect(chosen([kernel('a', 1005), kernel('b', 1000)]).kernel.id).toBe('a');
    expect(chosen([kernel('a', 1020), kernel('b', 1000)]).kernel.id).toBe('b');
  });

  test('one that adds, where it accepts the layer', () => {
    const adding = kernel('adding', 9000, { avoidsMultiplication: true });
    expect(chosen([kernel('fast', 10), adding]).kernel.id).toBe('adding');
  });

  test('what would take less memory', () => {
    expect(chosen([FAST, SMALL, LEAN]).leaner).toEqual({ without: ['fast'], bytes: 500 });
    expect(chosen([LEAN]).leaner).toBeNull();
  });
});

describe('those that cannot', () => {
  const KERNELS = [
    kernel('dsp', 1, { needs: ['dsp'] }),
    kernel('odd', 2, { accepts: () => 'its channels are odd' }),
    kernel('large', 3, { goals: ['speed'] }),
    kernel('plain', 4),
  ];

  test('say why', () => {
    const { kernel, refused } = chosen(KERNELS);
    expect(kernel.id).toBe('plain');
    expect(refused).toEqual([
      { kernel: 'dsp', reason: "the core has no 'dsp'" },
      { kernel: 'odd', reason: 'its channels are odd' },
      { kernel: 'large', reason: "its tables are larger: for the goal 'speed' only" },
    ]);
  });

  test('are refused where they are asked for, but for the goal', () => {
    expect(chosen(KERNELS, { pin: 'large' }).kernel.id).toBe('large');
    expect(() => chosen(KERNELS, { pin: 'odd' })).toThrow("kernel 'odd' cannot compute 'conv1'");
    const unknown = expect.objectContaining({
      problem: expect.objectContaining({ because: ['it can get large, plain'] }),
    });
    expect(() => chosen(KERNELS, { pin: 'none' })).toThrow("there is no kernel 'none' for 'conv1'");
    expect(() => chosen(KERNELS, { pin: 'none' })).toThrow(unknown);
  });

  test('leave nothing', () => {
    expect(() => chosen(KERNELS.slice(0, 2))).toThrow('its channels are odd');
  });
});
