import type { Json } from '../../ir/program.ts';
import type { Graph, Range, ValueName } from '../../ir/types.ts';
import { type CalibrationMethod, createObserver, type Observer, seesBeforeRelu } from '../../quant/observers.ts';
import { SCALES } from '../../quant/pow2-scale.ts';
import { steadyRange } from '../../quant/steady-range.ts';
import { must } from '../../support/errors.ts';
import { oneOf } from '../one-of.ts';
import { definePass } from '../pass.ts';
import { calibrationSamples, requireDataset } from '../samples/calibration-samples.ts';
import { beforeRelu, rectifierOf } from './before-relu.ts';
import { checkActivations, chooseActivations } from './choose-activations.ts';

/**
 * Runs the float graph over the calibration samples and notes the range of every float value.
 * Leaves the graph as it is but for `ranges`, whose ends have 8 significant bits: scales that follow from them seldom
 * depend on the processor on which onnxruntime ran.
 *
 * activations  which get 4 bits or 16, see choose-activations.ts: their range is chosen for so many codes; with 16 bits
 *              it holds all that was seen unless the entry names a method
 * scales       'pow2': ranges whose scales are powers of two; for quantize-int8 with the same option
 */
export const calibrate = definePass({
  name: 'calibrate',
  summary: 'Observe the range of every activation over calibration samples.',
  requires: ['float-only'],
  provides: ['ranges-known'],
  defaults: { samples: 256, method: 'mse', percentile: 99.99, activations: [] as Json, scales: 'free' },
  check({ activations, scales }, start) {
    requireDataset(start, 'int8');
    checkActivations(activations);
    oneOf('calibrate', SCALES, scales);
  },
  async run(graph, { samples, method, percentile, activations, scales: scaleRule }, ctx) {
    const choices = chooseActivations(activations, graph);
    const scales = oneOf('calibrate', SCALES, scaleRule);
    const methodOf = (value: ValueName) => {
      const { method: own = null, bits = 8 } = choices.get(value) ?? {};
      return own ?? (bits === 16 ? 'minmax' : (method as CalibrationMethod));
    };
    const floats = [...floatInputs(graph), ...computedFloats(graph)];
    const rectified = floats.filter((value) => seesBeforeRelu(methodOf(value)) && rectifierOf(graph, value) !== null);
    const { graph: spread, names } = beforeRelu(graph, rectified);
    const seen = new Map(floats.map((value) => [value, names.get(value) ?? value]));
    const observed = { ...spread, outputs: [...seen.values()].filter((value) => !graph.inputs.includes(value)) };

    const observers = new Map<ValueName, Observer>();
    for (const value of floats) {
      const limits = names.has(value) ? rectifierOf(graph, value) : null;
      const { bits = 8 } = choices.get(value) ?? {};
      const options = { name: value, percentile, bits, scales, rectified: limits };
      observers.set(value, createObserver(methodOf(value), options));
    }
    for await (const feeds of calibrationSamples(requireDataset(ctx, 'int8'), Number(samples), ctx)) {
      const results = await ctx.evaluate(observed, feeds);
      for (const [value, observer] of observers) {
        const name = must(seen.get(value), value);
        observer.observe((results.get(name) ?? feeds.get(name)!).data as Float32Array);
      }
    }
    const ranges = new Map<ValueName, Range>();
    for (const [value, observer] of observers) {
      const bits = choices.get(value)?.bits ?? 8;
      ranges.set(value, { ...steadyRange(observer.range()), ...(bits !== 8 && { bits }) });
    }
    return { ...graph, ranges };
  },
});

function floatInputs(graph: Graph): ValueName[] {
  return graph.inputs.filter((input) => graph.types.get(input)?.dtype === 'f32');
}

function computedFloats(graph: Graph): ValueName[] {
  const computed = graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== null));
  return computed.filter((value) => graph.types.get(value)?.dtype === 'f32');
}
