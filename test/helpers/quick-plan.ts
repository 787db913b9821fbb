import { planMemory } from '../../src/codegen/plan-memory/index.ts';
import type { MemoryPlan, Program } from '../../src/ir/program.ts';

/** The plan of a program whose layers are what is tested, not its arena: sound, and with hardly a search. */
export function quickPlan(program: Program): MemoryPlan {
  return planMemory(program, { maxSteps: 2000 });
}
