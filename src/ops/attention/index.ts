import type { OpDef } from '../op-def.ts';
import { attention } from './attention.ts';
import { causalConvWithState, linearAttention } from './linear-attention.ts';
import { rotaryEmbedding } from './rotary-embedding.ts';

export const attentionOps: readonly OpDef[] = [attention, rotaryEmbedding, linearAttention, causalConvWithState];
