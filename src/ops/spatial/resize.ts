import type { DType, Node } from '../../ir/types.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { constantNumbers } from '../support/inputs.ts';
import { linesParams } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { isReal } from '../support/scalar.ts';
import { axisTaps, type ResizeMode } from './resize-axis.ts';
import { lowerResizeCodes, resizeOracle, resizeRule } from './resize-codes.ts';
import { lowerFilteredIntegers } from './resize-integers.ts';
import { resizeLacks } from './resize-lacks.ts';
import { arithmeticOf, interpolation, reader, wholeImage } from './resize-loops.ts';
import { resizeAxes, resizeMode } from './resize-node.ts';
import { resizeRules } from './rules.ts';
import { fromOpset10 } from './upsample.ts';

/**
 * Sizes, scales and roi are constants, so where each output position reads is settled now: one table of positions
 * and weights per resized axis. Nearest neighbours at whole factors need no table: the position is o / factor.
 */
export const resize: OpDef = {
  op: 'Resize',
  summary: 'Nearest, linear or cubic interpolation along any axes; every coordinate mode; antialias; integers linear.',
  check: resizeRules,
  lacks: resizeLacks,
  spatial: true,
  upgrade: fromOpset10,
  quantize: resizeRule,
  oracle: resizeOracle,
  lower(node, lower) {
    const mode = resizeMode(node);
    const { dtype, quant } = lower.type(node.inputs[0]);
    if (quant && mode.mode === 'linear') return lowerResizeCodes(node, lower);
    const integers = !isReal(dtype) && mode.mode !== 'nearest';
    if (mode.mode === 'nearest') checkMoves(node, lower);
    if (!['nearest', 'linear', 'cubic'].includes(mode.mode)) return lower.refuse(`mode '${mode.mode}' is not known`);
    if (quant && mode.mode !== 'nearest') return lower.refuse(`mode '${mode.mode}' of codes is not supported`);
    if (integers && (!INTEGERS.includes(dtype) || (mode.mode === 'cubic' && !mode.antialias)))
      return lower.refuse(`mode '${mode.mode}' of ${dtype} is not supported`);
    if (integers && mode.antialias) return lowerFiltered(node, lower, mode);
    const x = lower.read(0, 'any');
    const y = lower.write(0, followInput(node, lower));
    const resized = resizeAxes(node, given(node, lower), x, y);
    const arithmetic = arithmeticOf(dtype, resized);
    const read = integers && !arithmetic.fixed && resized.some((axis) => axis) ? wholeImage(resized, x.shape) : resized;
    const axes = read.map((axis, d) => reader(node, lower, axis, d, mode, arithmetic));
    lower.call({
      template: 'lines',
      params: linesParams(interpolation(node, x, y, axes, arithmetic)),
      summary: `Resize ${mode.mode}, ${elementsText(node, lower)}`,
    });
  },
};

/** What onnxruntime interpolates in float and truncates; without antialias, only linearly. */
const INTEGERS: readonly DType[] = ['i8', 'u8', 'i32'];

function lowerFiltered(node: Node, lower: LowerBuilder, mode: ResizeMode): void {
  const [x, y] = [lower.type(node.inputs[0]).shape, lower.type(node.outputs[0]).shape];
  const axes = resizeAxes(node, given(node, lower), { shape: x }, { shape: y }).flatMap((axis, d) => {
    if (!axis || axis.input === axis.output) return [];
    const taps = axisTaps(axis, mode);
    if (typeof taps === 'string') return lower.refuse(taps);
    if (taps.positions.includes(-1)) return lower.refuse('antialias of a crop beyond the input is not supported');
    return [{ d, axis, taps }];
  });
  if (axes.length === 0) return lower.alias(0, 0, lower.storageOf(node.inputs[0]!));
  lowerFilteredIntegers(node, lower, axes);
}

function given(node: Node, lower: LowerBuilder) {
  return (index: number, what: string) => constantNumbers(node, lower, index, what);
}
