import { floatPasses } from './float/index.ts';
import type { AnyPass } from './pass.ts';

/** Every pass that a recipe may name, each once. */
export const allPasses: readonly AnyPass[] = [...new Set(floatPasses)];
