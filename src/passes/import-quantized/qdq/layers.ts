import { isOutput, typeOf } from '../../../ir/graph.ts';
import { linearOf } from '../../../ir/linear.ts';
import { carrierOf } from '../../../ir/tensor.ts';
import type { Graph, Node, Quant, ValueName } from '../../../ir/types.ts';
import { findOp } from '../../../ops/index.ts';
import type { QuantizeRule, Role } from '../../../ops/op-def.ts';
import { codeRange } from '../../../quant/affine.ts';
import { fineBias, isWhole } from '../../../quant/fine-bias.ts';
import { largestSums, quantOf, sameQuant } from '../../../quant/quantized.ts';
import { hasWideCodes } from '../../../quant/wide-codes.ts';
import { must } from '../../../support/errors.ts';
import type { PassContext } from '../../pass.ts';
import { isWideRule, perTensor } from '../../quantize/choose-types.ts';
import type { CodeGraph } from './code-graph.ts';
import { codeType, type Target } from './scales.ts';
import { sumsRefusal } from './sums.ts';
import { recoded } from './tables.ts';
import { homeOf, targetOf } from './targets.ts';
import { biasSteps, centredWeights } from './weights.ts';

const NO_FORM = 'there is no integer form of this operator';

type Inputs = readonly (ValueName | null)[];

/**
 * A float operator between codes becomes the operator on codes, as its quantize rule says; a string says why it stays
 * in float.
 */
export function quantizeLayer(code: CodeGraph, node: Node, ctx: PassContext): true | string {
  const { graph } = code;
  const output = node.outputs[0];
  const definition = findOp(node.domain, node.op);
  const rule = definition?.quantize;
  if (rule?.output === 'plain') return readCodes(code, node, rule);
  const known = rule !== undefined || definition?.elementwise === true;
  if (!known || !output || typeOf(graph, output).dtype !== 'f32') return NO_FORM;
  const target = targetOf(graph, output);
  if (!target) {
    const model = isOutput(graph, output);
    return model ? 'its result is an output of the model' : 'its result is not quantized, or in several ways';
  }

  if (!rule) return NO_FORM;
  const named = { ...node, inputs: node.inputs.map((input) => code.codesOf(input)?.name ?? input) };
  const roles = rolesOf(rule, named, code.view);
  const plain = readInputs(code, node, roles);
  if (typeof plain === 'string') return plain;
  const inputs = roles.includes('weight') ? withWeights(code, node, roles, plain, target, ctx) : plain;
  if (typeof inputs === 'string') return inputs;
  const results = withResults(code, node);
  const wide = carrierOf(target.quant) === 'i16' || hasWideCodes(code.view, { inputs, outputs: [] });
  // Half up: float32, in which others compute, is coarser than what ties would tell.
  const layer = { ...node, inputs, ...(wide ? {} : roundingOf(code, target)) };
  if (wide && !isWideRule(rule, layer, results)) return 'it has no integer form for activations of 16 bits';
  const shared = rule.output !== 'as-input' || layer.rounding || sameQuant(quantOf(code.view, inputs[0]), target.quant);
  if (!shared) return 'its result has another scale than its input';
  const refusal =
    rule.refuse?.(layer, results) ??
    (wide ? null : sumsRefusal(code.view, layer, roles.includes('weight'), target.quant));
  return refusal ?? emit(code, layer, rule, target, output);
}

/** The new graph so far, and the types of this node's results in the user's. */
function withResults({ graph, view }: CodeGraph, { outputs }: Node): Graph {
  const types = new Map(view.types);
  for (const output of outputs) if (output !== null) types.set(output, typeOf(graph, output));
  return { ...view, types };
}

/** An operator whose results are no codes reads those of its inputs. */
function readCodes(code: CodeGraph, node: Node, rule: QuantizeRule): true | string {
  const inputs = readInputs(code, node, rolesOf(rule, node, code.view));
  if (typeof inputs === 'string') return inputs;
  code.add(
    { ...node, inputs },
    node.outputs.map((output) => (output ? typeOf(code.graph, output) : null)),
  );
  return true;
}

/** Files of ours are rounded as their own models are. */
function roundingOf({ graph }: CodeGraph, { rounding = 'even-steps' }: Target): Pick<Node, 'rounding'> {
  return graph.annotations ? {} : { rounding };
}

function rolesOf({ inputs }: QuantizeRule, node: Node, graph: Graph): readonly Role[] {
  if (inputs === 'all-activations') return node.inputs.map(() => 'activation');
  if (typeof inputs !== 'function') return node.inputs.map((_, i) => inputs[i] ?? 'parameter');
  // MatMul's third input is a bias that was added behind it.
  const roles = inputs(node, graph);
  return node.inputs.map((_, i) => roles[i] ?? 'bias');
}

/** The inputs as they are to be read in their roles; weights and bias not yet as the kernels want them. */
function readInputs(code: CodeGraph, node: Node, roles: readonly Role[]): Inputs | string {
  const refusals = node.inputs.flatMap((input, i) => (input && refusalOf(code, input, i, roles[i])) || []);
  if (refusals.length > 0) return refusals[0];
  return node.inputs.map((input, i) => {
    if (input === null || roles[i] === 'bias') return input;
    return roles[i] === 'parameter' ? code.original(input) : must(code.codesOf(input), input).name;
  });
}

/** Why an input cannot be read as codes, where its role asks for codes. */
function refusalOf(code: CodeGraph, input: ValueName, index: number, role: Role | undefined): string | null {
  if (role !== 'activation' && role !== 'weight') return null;
  const quant = code.codesOf(input)?.quant;
  const what = role === 'weight' ? 'its weights are' : `its input ${index} is`;
  if (!quant || quant.bits > 16) return `${what} not quantized to 8 or 16 bits`;
  return role === 'activation' && quant.axis !== null ? `its input ${index} has one scale per channel` : null;
}

function withWeights(
  code: CodeGraph,
  node: Node,
  roles: readonly Role[],
  plain: Inputs,
  target: Target,
  ctx: PassContext,
): Inputs | string {
  const at = roles.indexOf('weight');
  const x = code.codesOf(node.inputs[0]);
  const w = code.codesOf(node.inputs[at]);
  const linear = x && w && linearOf(code.view, { ...node, inputs: [x.name, w.name] });
  if (!linear) return 'its weights are not constant';
  const ready = centredWeights(code, linear, x, w);
  if (typeof ready === 'string') return ready;
  const { input, weights, repeated } = ready;
  const inputs = [...plain];
  inputs[0] = input.name;
  inputs[at] = weights.name;
  const bias = inputs[roles.indexOf('bias')] ?? null;
  if (bias !== null) {
    const { scale } = weights.quant;
    const outputs = linear.rows;
    const sums = Array.from({ length: outputs }, (_, c) => x.quant.scale[0] * scale[scale.length === 1 ? 0 : c]);
    const steps = biasSteps(code, bias, sums);
    if (!steps) return 'its bias is not constant, or beyond int32';
    const reach = largestSums(code.view, { ...node, inputs: [input.name, weights.name] }, outputs);
    const scales = sums.map((step) => step / target.quant.scale[0]);
    const wide = carrierOf(x.quant) === 'i16' || carrierOf(target.quant) === 'i16';
    const fine = code.graph.annotations || wide ? null : fineBias(steps, { sums: reach, scales });
    if (!fine && !wide && !code.graph.annotations && !isWhole(steps))
      ctx.remark(node, 'its bias is rounded to whole steps of its sums, which reach too far for finer ones');
    const data = fine?.codes ?? Int32Array.from(steps, Math.round);
    const unit = sums.map((step) => step / 2 ** (fine?.bits ?? 0));
    const quant: Quant = { scheme: 'affine', bits: 32, scale: unit, zeroPoint: unit.map(() => 0), axis: 0 };
    inputs[roles.indexOf('bias')] = code.constant(`${bias}.codes`, { dtype: 'i32', shape: [outputs], data }, quant);
  }
  if (repeated > 0)
    ctx.remark(node, `its weights need 9 bits without their zero point: it reads ${repeated} input channels again`);
  return inputs;
}

/** Operators with an output type of their own (Softmax) are followed by a change of scale. */
function emit(code: CodeGraph, layer: Node, rule: QuantizeRule, target: Target, output: ValueName): true | string {
  const { shape } = typeOf(code.graph, output);
  const home = homeOf(code.graph, output, target);
  if (typeof rule.output !== 'object' || layer.rounding) {
    const name = code.nameFor(home);
    code.node({ ...layer, clip: clipTo(layer.clip, target) }, name, codeType(shape, target.quant));
    code.setCodes(output, { ...target, name });
    return true;
  }
  if (carrierOf(target.quant) === 'i16' || hasWideCodes(code.view, { inputs: layer.inputs, outputs: [] })) {
    const name = code.nameFor(home);
    code.node(layer, name, codeType(shape, target.quant));
    code.setCodes(output, { ...target, name });
    return true;
  }
  const own = perTensor(rule.output.scale, rule.output.zeroPoint);
  if (target.quant.scale[0] < 0.75 * rule.output.scale)
    return 'its result is wanted in finer steps than the integer form has';
  const fits = own.scale[0] === target.quant.scale[0] && own.zeroPoint[0] === target.quant.zeroPoint[0];
  const name = fits ? code.nameFor(home) : code.fresh(`${output}.codes`);
  code.node(layer, name, codeType(shape, own));
  code.setCodes(output, recoded(code, { name, quant: own, range: { min: -128, max: 127 } }, target, home));
  return true;
}

/** The clamp in real numbers that also keeps the codes in their range. */
function clipTo(clip: Node['clip'], { quant, range }: Target): Node['clip'] {
  const [low, high] = clip ?? [-Infinity, Infinity];
  const real = (code: number) => quant.scale[0] * (code - quant.zeroPoint[0]);
  const codes = codeRange(quant.bits);
  const min = range.min > codes.min ? Math.max(low, real(range.min)) : low;
  const max = range.max < codes.max ? Math.min(high, real(range.max)) : high;
  return min === -Infinity && max === Infinity ? null : [Math.min(min, max), max];
}
