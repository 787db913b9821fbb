import { describe, expect, test } from 'vitest';
import { type Attempt, type Choosing, spareMemory } from '../../src/codegen/spare-memory.ts';
import type { Call, MemoryPlan, Program } from '../../src/ir/program.ts';

/** A layer by the instructions and the bytes of its kernels, fast and lean. */
interface Layer {
  readonly fast: readonly [instructions: number, bytes: number];
  readonly lean: readonly [instructions: number, bytes: number];
}

/** Layers one after the other in an arena as large as the largest, or as `arena` says; records what was tried. */
function layers(all: Readonly<Record<string, Layer>>, arena?: (kernels: readonly string[]) => number) {
  const tried: Choosing[] = [];
  const attempt = (choosing: Choosing): Attempt => {
    tried.push(choosing);
    const { goal, without, hurried } = choosing;
    const calls = Object.entries(all).map(([node, { fast, lean }], i) => {
      const isLean = (goal === 'ram' && !hurried?.has(node)) || without?.has(node);
      const [own, other] = isLean ? [lean, fast] : [fast, lean];
      return {
        node,
        kernel: isLean ? 'lean' : 'fast',
        instructions: own[0],
        others: [{ kernel: 'other', instructions: other[0] }],
        ...(own[1] > other[1] && { leaner: { without: ['fast'], bytes: own[1] - other[1] } }),
        arguments: [{ buffer: i }],
        bytes: own[1],
      };
    });
    const kernels = calls.map(({ kernel }) => kernel);
    const arenaBytes = arena?.(kernels) ?? Math.max(...calls.map(({ bytes }) => bytes));
    const buffers = calls.map(({ bytes }, id) => ({ id, bytes }));
    const program = { calls: calls as unknown as Call[], buffers, inputs: [], outputs: [] } as unknown as Program;
    return { program, plan: { arenaBytes } as MemoryPlan };
  };
  return { attempt, tried };
}

const kernelsOf = ({ program }: Attempt) => program.calls.map(({ kernel }) => kernel);

const TWO = { wide: { fast: [100, 80], lean: [130, 50] }, small: { fast: [100, 40], lean: [400, 10] } } as const;

describe('kernels for a goal', () => {
  test('speed: the fastest, whatever the arena', () => {
    const { attempt, tried } = layers(TWO);
    expect(kernelsOf(spareMemory(attempt, 'speed'))).toEqual(['fast', 'fast']);
    expect(tried).toEqual([{ goal: 'speed', without: new Map() }]);
  });

  test('balanced: a leaner one where the share of RAM is at least the share of time', () => {
    expect(kernelsOf(spareMemory(layers(TWO).attempt, 'balanced'))).toEqual(['lean', 'fast']);
    const dear = { ...TWO, wide: { fast: [100, 80], lean: [190, 50] } } as const;
    expect(kernelsOf(spareMemory(layers(dear).attempt, 'balanced'))).toEqual(['fast', 'fast']);
  });

  test('balanced: weights of few bits pay up to 15 % of the time to take no more than bytes do', () => {
    const ofFewBits = (instructions: number) => {
      const { attempt } = layers({ ...TWO, wide: { fast: [100, 80], lean: [instructions, 78] } });
      return (choosing: Choosing) => {
        const { program, plan } = attempt(choosing);
        const calls = program.calls.map((call) => ({ ...call, reading: 'whole' as const }));
        return { program: { ...program, calls }, plan };
      };
    };
    const kernelsBelow = (instructions: number, bytes: number) =>
      kernelsOf(spareMemory(ofFewBits(instructions), 'balanced', new Map(), () => bytes));
    expect(kernelsBelow(125, 78)).toEqual(['lean', 'fast']);
    expect(kernelsBelow(125, 80)).toEqual(['fast', 'fast']);
    expect(kernelsBelow(140, 78)).toEqual(['fast', 'fast']);
  });

  test('balanced: two layers that only together make the arena smaller', () => {
    const tied = { a: TWO.wide, b: TWO.wide, c: TWO.small };
    expect(kernelsOf(spareMemory(layers(tied).attempt, 'balanced'))).toEqual(['lean', 'lean', 'fast']);
  });

  test('ram: the least, and below it as fast as can be', () => {
    const dear = { ...TWO, wide: { fast: [100, 80], lean: [900, 50] } } as const;
    expect(kernelsOf(spareMemory(layers(dear).attempt, 'ram'))).toEqual(['lean', 'fast']);
  });

  test('ram: two layers that only together make the arena smaller', () => {
    const tied = { a: TWO.wide, b: TWO.wide, c: TWO.small };
    expect(kernelsOf(spareMemory(layers(tied).attempt, 'ram'))).toEqual(['lean', 'lean', 'fast']);
  });

  test('ram: the leanest of each layer is not always the least of all', () => {
    const { attempt } = layers(TWO, (kernels) => (kernels.includes('lean') ? 90 : 80));
    expect(kernelsOf(spareMemory(attempt, 'ram'))).toEqual(['fast', 'fast']);
  });
});
