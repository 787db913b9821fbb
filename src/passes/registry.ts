import { floatPasses } from './float/index.ts';
import type { AnyPass } from './pass.ts';
import { calibrate } from './quantize/calibrate.ts';
import { quantizeInt8 } from './quantize/quantize-int8.ts';

/** Every pass that a recipe may name, each once. */
export const allPasses: readonly AnyPass[] = [...new Set([...floatPasses, calibrate, quantizeInt8])];
