import type { LowerBuilder, Operand } from '../../ir/lowering.ts';
import type { Node } from '../../ir/types.ts';
import { quantOf, zeroPointOf } from '../../quant/quantized.ts';

/** Codes that a layer with packed activations unpacks or packs at a time; 0: it reads its input where it lies. */
export interface Room {
  readonly window: number;
  /** Used when the output is packed. */
  readonly result: number;
}

/** Fields of nn_activations as template params. */
export function activationParams(node: Node, lower: LowerBuilder, x: Operand, y: Operand, room: Room) {
  return {
    x: x.name,
    y: y.name,
    x_packed: x.packed ? 1 : 0,
    x_zero_point: zeroPointOf(quantOf(lower.graph, node.inputs[0])),
    window: room.window > 0 ? lower.scratch(room.window, 'int8_t') : 'NULL',
    result: y.packed ? lower.scratch(room.result, 'int8_t') : 'NULL',
  };
}
