import type { Graph, Range, ValueName } from '../../ir/types.ts';
import { type CalibrationMethod, createObserver, type Observer } from '../../quant/observers.ts';
import { definePass } from '../pass.ts';
import { calibrationSamples, requireDataset } from './calibration-samples.ts';

/**
 * Runs the float graph over the calibration samples and notes the range of every float value.
 * Leaves the graph as it is but for `ranges`.
 */
export const calibrate = definePass({
  name: 'calibrate',
  summary: 'Observe the range of every activation over calibration samples.',
  requires: ['float-only'],
  provides: ['ranges-known'],
  defaults: { samples: 256, method: 'mse', percentile: 99.99 },
  check: (_options, start) => void requireDataset(start, 'int8'),
  async run(graph, { samples, method, percentile }, ctx) {
    const observed = withAllFloats(graph);
    const observers = new Map<ValueName, Observer>();
    for (const value of [...observed.outputs, ...floatInputs(graph)]) {
      observers.set(
        value,
        createObserver(method as CalibrationMethod, { name: value, percentile: Number(percentile) }),
      );
    }
    for await (const feeds of calibrationSamples(requireDataset(ctx, 'int8'), Number(samples), ctx)) {
      const results = await ctx.evaluate(observed, feeds);
      for (const [value, observer] of observers) {
        observer.observe((results.get(value) ?? feeds.get(value)!).data as Float32Array);
      }
    }
    const ranges = new Map<ValueName, Range>();
    for (const [value, observer] of observers) ranges.set(value, observer.range());
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
