import { broadcastNest } from '../../ir/loop-nest.ts';
import { elementCount } from '../../ir/shape.ts';
import { rowMajor } from '../../ir/storage.ts';
import { isWide } from '../../ir/tensor.ts';
import type { Node } from '../../ir/types.ts';
import type { Job, Kernel } from '../../kernels/kernel.ts';
import type { PairJob, PairWalk } from '../../kernels/pairs/pair-job.ts';
import { clampCodes, quantOf } from '../../quant/quantized.ts';
import { must } from '../../support/errors.ts';
import type { LowerBuilder, QuantizeRule } from '../op-def.ts';
import { layoutsOf, pointwiseLayer } from './pointwise.ts';

/** Both operands are codes; a constant operand is quantized per tensor like an activation. */
export const binaryRule: QuantizeRule = { inputs: ['activation', 'activation'], output: 'calibrated', wide: true };

/** A cast from the results of kernels for 16 bits to codes of fewer, or nothing. */
export function narrowing(node: Node, lower: LowerBuilder): string {
  return isWide(lower.type(node.outputs[0])) ? '' : '(int8_t)';
}

/** Of such an operator on two tensors, element by element. */
export const wideWork = ({ elements }: PairJob) => ({ instructions: 16 * elements });

export function pairJob(node: Node, lower: LowerBuilder): PairJob {
  const y = lower.type(node.outputs[0]);
  const computed = node.inputs.filter((value) => !lower.constant(value));
  return {
    name: node.name,
    features: lower.features,
    reads: [],
    y: null,
    clamp: clampCodes(node, quantOf(lower.graph, node.outputs[0])),
    elements: elementCount(y.shape),
    bits: Math.min(...[...computed, ...node.outputs].map((value) => quantOf(lower.graph, value).bits)),
    resultBits: quantOf(lower.graph, node.outputs[0]).bits,
    walk: pairWalk(node, lower),
    title: node.op,
  };
}

/** As pointwiseLayer walks the operands. */
function pairWalk(node: Node, lower: LowerBuilder): PairWalk | null {
  const { storage, sources } = layoutsOf(node, lower, [0, 1]);
  const layouts = sources.map((source) => ('scalar' in source ? Number(source.scalar.data[0]) : source.layout));
  const walked = layouts.flatMap((layout, i) => {
    const value = must(node.inputs[i], 'an operand');
    const { shape } = lower.type(value);
    if (typeof layout === 'number') return [];
    const own = lower.constant(value) ? rowMajor(shape) : lower.storageOf(value);
    return { shape, storage: layout === 'any' ? own : layout };
  });
  const nest = broadcastNest(walked, { shape: lower.type(node.outputs[0]).shape, storage });
  return nest && { layouts, storage, nest };
}

/** Operands of any shape and layout, element by element. */
export function portable<J extends Job>(
  node: Node,
  id: string,
  work: Kernel<J>['work'],
  expression: (job: J, lower: LowerBuilder) => string,
): Kernel<J> {
  return {
    id,
    needs: [],
    tile: null,
    accepts: () => true,
    scratchBytes: () => 0,
    overlap: () => null,
    work,
    tableBytes: () => 0,
    build: (job, lower) =>
      pointwiseLayer(node, lower, { expression: expression(job, lower), title: node.op, onCodes: true }),
  };
}
