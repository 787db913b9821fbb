import { reasonForFloat } from '../ops/in-float.ts';
import { OPERATORS } from '../ops/index.ts';
import type { OpDef } from '../ops/op-def.ts';

/** What nibblec does with one ONNX operator. */
export interface OperatorSupport {
  readonly op: string;
  /** '' for ai.onnx. */
  readonly domain: string;
  readonly summary: string;
  /** Has C of its own; else it must fold away while compiling. */
  readonly float32: boolean;
  /** On int8 codes: with a kernel of its own, within a lookup table over one tensor, step by step, or not at all. */
  readonly int8: 'kernel' | 'table' | 'steps' | null;
  /** The same where activations have 16 bits. */
  readonly int16: OperatorSupport['int8'];
}

/** Every operator, by name. */
export function operatorTable(): OperatorSupport[] {
  return OPERATORS.map((definition) => ({
    op: definition.op,
    domain: definition.domain ?? '',
    summary: definition.summary,
    float32: definition.lower !== undefined,
    int8: int8Form(definition),
    int16: int16Form(definition),
  })).sort((a, b) => a.domain.localeCompare(b.domain) || (a.op < b.op ? -1 : 1));
}

function int8Form(definition: OpDef): OperatorSupport['int8'] {
  const { quantize, elementwise, inSteps } = definition;
  if (reasonForFloat(definition) !== null) return null;
  if (quantize) return 'kernel';
  if (elementwise) return 'table';
  return inSteps ? 'steps' : null;
}

function int16Form(definition: OpDef): OperatorSupport['int16'] {
  const form = int8Form(definition);
  return form === 'kernel' && !definition.quantize?.wide ? null : form;
}
