import { constantOf } from '../../ir/graph.ts';
import { rowAxisOf } from '../../ir/linear.ts';
import type { Node, Quant, Tensor, ValueName } from '../../ir/types.ts';
import { biasFloor } from '../../quant/bias-floor.ts';
import { quantizeWeights } from '../../quant/per-channel.ts';
import type { Scales } from '../../quant/pow2-scale.ts';
import { must } from '../../support/errors.ts';
import type { QuantizationPlan } from './choose-types.ts';
import type { QuantizedDraft } from './quantized-draft.ts';

/** Codes of weights and biases. Nodes that use the same ones alike share them. */
export interface ParameterCodes {
  /** Symmetric codes, int8 with one scale per output channel. */
  weights(node: Node, value: ValueName): ValueName;
  /** int32 with scale (input scale) * (weight scale of its channel), one per output. */
  bias(input: ValueName, weights: ValueName, value: ValueName): ValueName;
}

/** @param scales of weights */
export function parameterCodes(draft: QuantizedDraft, plan: QuantizationPlan, scales: Scales): ParameterCodes {
  /** By what they are made from. */
  const made = new Map<string, ValueName>();
  const constant = (value: ValueName) => must(constantOf(draft.graph, value), value);

  return {
    weights(node, value) {
      const axis = rowAxisOf(node);
      const minScale = scaleFloors(node);
      return once([value, axis, ...minScale], value, () => {
        const { shape, data } = constant(value);
        const { codes, scale } = quantizeWeights(data as Float32Array, shape, axis, { minScale, scales });
        return [{ dtype: 'i8', shape, data: codes }, symmetric(8, scale, axis)];
      });
    },

    bias(input, weights, value) {
      const x = draft.quantOf(input).scale[0];
      return once([value, weights, x], value, () => {
        const bias = constant(value).data as Float32Array;
        const scale = draft.quantOf(weights).scale.map((s) => s * x);
        const codes = Int32Array.from(scale, (s, c) => Math.round(bias[bias.length === 1 ? 0 : c] / s));
        return [{ dtype: 'i32', shape: [codes.length], data: codes }, symmetric(32, scale, 0)];
      });
    },
  };

  function once(key: readonly unknown[], value: ValueName, make: () => [Tensor, Quant]): ValueName {
    const text = JSON.stringify(key);
    const name = made.get(text) ?? draft.addConstant(`${value}.codes`, ...make());
    made.set(text, name);
    return name;
  }

  /** The weight scale of each channel below which its bias would not fit. */
  function scaleFloors(node: Node): Float64Array {
    const bias = constantOf(draft.graph, node.inputs[2]);
    const input = plan.types.get(node.inputs[0]!);
    if (!bias || !input) return new Float64Array();
    return Float64Array.from(bias.data as Float32Array, (value) => biasFloor(value, input.scale[0]));
  }
}

function symmetric(bits: number, scale: Quant['scale'], axis: number): Quant {
  return { scheme: 'affine', bits, scale, zeroPoint: scale.map(() => 0), axis };
}
