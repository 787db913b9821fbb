import { intAttribute, numbersOf } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import { quantOf, zeroPointOf } from '../../quant/quantized.ts';
import type { OpDef, OracleBuilder } from '../op-def.ts';
import { literal } from '../support/c-text.ts';
import { axisOf, constantNumbers } from '../support/inputs.ts';
import { inLoops, linesParams, loopsOver, position, without } from '../support/loops.ts';
import { checkMoves, elementsText, followInput } from '../support/moves.ts';
import { centred, ONNX_I64 } from '../support/oracle.ts';
import { compressRules, eyeLikeRules, oneHotRules, reverseSequenceRules, triluRules } from './rules.ts';

export const trilu: OpDef = {
  op: 'Trilu',
  summary: 'Upper or lower triangle of the last two dimensions, zero elsewhere.',
  check: triluRules,
  quantize: { inputs: ['activation'], output: 'as-input', wide: true },
  oracle: triluOracle,
  lower(node, lower) {
    checkMoves(node, lower);
    const diagonal = constantNumbers(node, lower, 1, 'diagonal k')?.[0] ?? 0;
    const x = lower.read(0, 'any');
    const y = lower.write(0, followInput(node, lower));
    const rank = x.shape.length;
    const { sizes, at } = loopsOver(y.shape, 'y', {
      x: { strides: x.strides },
      y: { strides: y.strides },
      row: { ...position(rank, rank - 2), start: diagonal },
      column: position(rank, rank - 1),
    });
    const sign = intAttribute(node, 'upper', 1) === 1 ? '>=' : '<=';
    const zero = literal(x.type.quant?.zeroPoint[0] ?? 0, /f16/.test(x.type.dtype) ? 'u16' : x.type.dtype);
    const body = `${y.name}[${at.y}] = (${at.column} ${sign} ${at.row}) ? ${x.name}[${at.x}] : ${zero};`;
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(sizes, [body])),
      summary: `Trilu, ${elementsText(node, lower)}`,
    });
  },
};

/** Real zeros, whatever the code of zero is. */
function triluOracle(node: Node, oracle: OracleBuilder): void {
  const [x, k] = node.inputs;
  const zero = zeroPointOf(quantOf(oracle.graph, x));
  const kept = oracle.node('Trilu', [centred(oracle, x!, zero, ONNX_I64), k ?? null], node.attributes);
  const codes = oracle.node('Add', [kept, oracle.tensor('i64', [], [BigInt(zero)])]);
  oracle.output(0, oracle.node('Cast', [codes], { to: oracle.carrier }));
}

export const eyeLike: OpDef = {
  op: 'EyeLike',
  summary: 'Ones on a diagonal of a matrix of the same shape.',
  check: eyeLikeRules,
  lower(node, lower) {
    const y = lower.write(0, 'row-major');
    const { dtype } = y.type;
    if (/16$/.test(dtype) && !/^[iu]/.test(dtype)) return lower.refuse(`${dtype} is not supported`);
    const { sizes, at } = loopsOver(y.shape, 'y', {
      y: { strides: y.strides },
      row: { ...position(2, 0), start: intAttribute(node, 'k', 0) },
      column: position(2, 1),
    });
    const body = `${y.name}[${at.y}] = (${at.column} == ${at.row}) ? ${literal(1, dtype)} : ${literal(0, dtype)};`;
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(sizes, [body])),
      summary: `EyeLike, ${elementsText(node, lower)}`,
    });
  },
};

/** y[.., k, ..] = (indices[..] == k) ? values[1] : values[0]; a negative index counts from the end. */
export const oneHot: OpDef = {
  op: 'OneHot',
  summary: 'The on value where the new axis equals the index, else the off value.',
  check: oneHotRules,
  lower(node, lower) {
    const indices = lower.read(0, 'any');
    const values = lower.read(2, 'any');
    const y = lower.write(0, 'row-major');
    const rank = y.shape.length;
    const axis = axisOf(node, rank, -1);
    const { sizes, at } = loopsOver(y.shape, 'y', {
      y: { strides: y.strides },
      index: { strides: [...indices.strides.slice(0, axis), 0, ...indices.strides.slice(axis)] },
      k: position(rank, axis),
    });
    const hot = `${indices.name}[${at.index}]`;
    const signed = /^[if]/.test(indices.type.dtype);
    const wrapped = signed ? ` || (int64_t)${hot} + ${y.shape[axis]} == ${at.k}` : '';
    const body = `${y.name}[${at.y}] = ${values.name}[((int64_t)${hot} == ${at.k}${wrapped}) ? 1 : 0];`;
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(sizes, [body])),
      summary: `OneHot, ${elementsText(node, lower)}`,
    });
  },
};

/** The first sequence_lens[b] steps of batch b backwards, the rest as they are. */
export const reverseSequence: OpDef = {
  op: 'ReverseSequence',
  summary: 'Reverses the valid part of each sequence.',
  check: reverseSequenceRules,
  lower(node, lower) {
    checkMoves(node, lower);
    const x = lower.read(0, 'any');
    const lengths = lower.read(1, 'any');
    const y = lower.write(0, followInput(node, lower));
    const time = axisOf(node, x.shape.length, 0, 'time_axis');
    const batch = axisOf(node, x.shape.length, 1, 'batch_axis');
    const { sizes, at } = loopsOver(y.shape, 'y', {
      x: { strides: without(x.strides, time) },
      y: { strides: y.strides },
      t: position(x.shape.length, time),
      b: position(x.shape.length, batch),
    });
    const from = `nn_reverse_index(${at.t}, ${lengths.name}[${at.b}], ${x.shape[time]}) * ${x.strides[time]}`;
    const body = `${y.name}[${at.y}] = ${x.name}[${from} + ${at.x}];`;
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(sizes, [body])),
      summary: `ReverseSequence, ${elementsText(node, lower)}`,
    });
  },
};

/** With a constant condition the kept positions are a table. */
export const compress: OpDef = {
  op: 'Compress',
  summary: 'Keeps the slices (without axis: the elements) that a condition names.',
  check: compressRules,
  lower(node, lower) {
    checkMoves(node, lower);
    const condition = lower.constant(node.inputs[1]);
    if (!condition)
      return lower.refuse('its condition must be constant: else the shape of the result depends on the data');
    const kept = Int32Array.from(numbersOf(condition).flatMap((on, i) => (on ? [i] : [])));
    const picks = lower.table('positions', 'i32', kept, 'parameters', `positions ${node.name} keeps`);
    const flat = node.attributes.axis === undefined;
    const x = lower.read(0, flat ? 'row-major' : 'any');
    const y = lower.write(0, flat ? 'row-major' : followInput(node, lower));
    const axis = flat ? 0 : axisOf(node, x.shape.length, 0);
    const strides = flat ? [1] : x.strides;
    const { sizes, at } = loopsOver(y.shape, 'y', {
      x: { strides: without(strides, axis) },
      y: { strides: y.strides },
      k: position(y.shape.length, axis),
    });
    const body = `${y.name}[${at.y}] = ${x.name}[${picks}[${at.k}] * ${strides[axis]} + ${at.x}];`;
    lower.call({
      template: 'lines',
      params: linesParams(inLoops(sizes, [body])),
      summary: `Compress, ${elementsText(node, lower)}`,
    });
  },
};
