import type { Json } from '../../ir/program.ts';
import type { Graph, Range, ValueName } from '../../ir/types.ts';
import { type CalibrationMethod, createObserver, type Observer } from '../../quant/observers.ts';
import { definePass } from '../pass.ts';
import { calibrationSamples, requireDataset } from './calibration-samples.ts';
import { checkActivations, chooseActivations } from './choose-activations.ts';
import { knownScales } from './known-scales.ts';

/**
 * Runs the float graph over the calibration samples and notes the range of every float value.
 * Leaves the graph as it is but for `ranges`.
 *
 * activations  which get 4 bits, see choose-activations.ts: their range is chosen for so many codes
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
    knownScales('calibrate', scales);
  },
  async run(graph, { samples, method, percentile, activations, scales: scaleRule }, ctx) {
    const choices = chooseActivations(activations, graph);
    const scales = knownScales('calibrate', scaleRule);
    const observed = withAllFloats(graph);
    const observers = new Map<ValueName, Observer>();
    for (const value of [...observed.outputs, ...floatInputs(graph)]) {
      const { bits = 8, method: own = null } = choices.get(value) ?? {};
      const chosen = own ?? (method as CalibrationMethod);
      observers.set(value, createObserver(chosen, { name: value, percentile, bits, scales }));
    }
    for await (const feeds of calibrationSamples(requireDataset(ctx, 'int8'), Number(samples), ctx)) {
      const results = await ctx.evaluate(observed, feeds);
      for (const [value, observer] of observers) {
        observer.observe((results.get(value) ?? feeds.get(value)!).data as Float32Array);
      }
    }
    const ranges = new Map<ValueName, Range>();
    for (const [value, observer] of observers) {
      const bits = choices.get(value)?.bits ?? 8;
      ranges.set(value, { ...observer.range(), ...(bits !== 8 && { bits }) });
    }
    return { ...graph, ranges };
  },
});

function floatInputs(graph: Graph): ValueName[] {
  return graph.inputs.filter((input) => graph.types.get(input)?.dtype === 'f32');
}

/** The graph with every computed float value as an output. */
function withAllFloats(graph: Graph): Graph {
  const computed = graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== null));
  return { ...graph, outputs: computed.filter((value) => graph.types.get(value)?.dtype === 'f32') };
}
