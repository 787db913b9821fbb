import { baseFormat } from '../formats/index.ts';
import { constantOf, editGraph, producerOf, typeOf } from '../ir/graph.ts';
import type { Graph, Node, Quant, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { layerChoice } from '../passes/fewbit/choose-layers.ts';
import { fewBit } from '../passes/fewbit/few-bit.ts';
import { visitLayers } from '../passes/fewbit/visit-layers.ts';
import type { WeightLayer } from '../passes/fewbit/weight-layer.ts';
import type { Evaluate } from '../passes/pass.ts';
import { asCodes } from '../passes/samples/calibration-samples.ts';
import { must } from '../support/errors.ts';
import { cutSuffix, runOutputs } from './run-outputs.ts';
import type { Subject } from './subject.ts';

/** A layer encoded in one format, all others in int8. */
export interface Encoded {
  readonly layer: WeightLayer;
  readonly format: string;
  /** What the loss rises by; 0 when it falls: that is chance. */
  readonly loss: number;
  /** Constants of the layer's inputs 1 and 2. */
  readonly constants: readonly { readonly name: ValueName; readonly tensor: Tensor; readonly type: TensorType }[];
}

export interface Sensitivity {
  /** Loss of the int8 model. */
  readonly base: number;
  /** [layer][format] */
  readonly layers: readonly (readonly Encoded[])[];
}

/**
 * Encodes every layer alone in each of its formats, as the pass few-bit does, and measures the loss of the network: a
 * calibration sweep of the layers behind it only, from the int8 activations before. Formats that differ in their entropy
 * code only have the same codes and are measured once.
 * @param formats of each layer
 */
export async function measureSensitivity(
  subject: Subject,
  formats: readonly (readonly string[])[],
  sweep: Evaluate,
  progress: (done: number, total: number) => void,
): Promise<Sensitivity> {
  const { layers, point, fitted } = subject;
  const { graph, floatGraph } = subject.int8;
  const ctx = subject.context();
  const codes = fitted.feeds.map((feed) => asCodes(graph, feed));
  const outputs = await runOutputs(graph, point.values, codes, ctx.evaluate);
  const base = fitted.loss(outputs);
  const { damping, skips } = fewBit.defaults;
  const how = { damping, skips, scales: 'channel', exponent: 'mse' } as const;
  const total = formats.reduce((sum, list) => sum + new Set(list.map(baseFormat)).size, 0);
  const measured: Encoded[][] = [];
  let done = 0;
  for await (const visit of visitLayers(graph, floatGraph, layers, fitted.feeds, how, ctx)) {
    const { layer } = visit;
    const own = formats[measured.length];
    const attempts = new Map<string, Awaited<ReturnType<typeof visit.encode>>>();
    for (const base of new Set(own.map(baseFormat))) {
      attempts.set(base, await visit.encode(layerChoice(base, {}), graph));
    }
    visit.keep(await visit.plain());
    const after = graph.nodes.slice(graph.nodes.indexOf(layer.node) + 1);
    const suffix = cutSuffix(graph, after, point.values, visit.live());
    const losses = new Map<string, number>();
    for (const [base, { results }] of attempts) {
      losses.set(base, fitted.loss(new Map([...outputs, ...(await suffix.run(results, sweep))])));
      progress(++done, total);
    }
    measured.push(
      own.map((format) => {
        const { graph: changed } = must(attempts.get(baseFormat(format)), format);
        const rise = must(losses.get(baseFormat(format)), format) - base;
        return { layer, format, loss: Math.max(0, rise), constants: constantsOf(changed, layer, format) };
      }),
    );
  }
  return { base, layers: measured };
}

function constantsOf(graph: Graph, layer: WeightLayer, format: string): Encoded['constants'] {
  const { inputs } = must(producerOf(graph, layer.output), 'the encoded layer');
  return inputs.slice(1).map((input, i) => {
    const name = must(input, 'a constant');
    const type = typeOf(graph, name);
    const quant: Quant | null = type.quant && i === 0 ? { ...type.quant, format } : type.quant;
    return { name, tensor: must(constantOf(graph, name), name), type: { ...type, quant } };
  });
}

/** The int8 graph with some layers encoded. */
export function withEncoded(graph: Graph, encoded: readonly Encoded[]): Graph {
  let changed = graph;
  for (const { layer, constants } of encoded) {
    const edit = editGraph(changed);
    const inputs = constants.map(({ name, tensor, type }) => {
      const own = edit.constant(name, tensor);
      edit.setType(own, type);
      return own;
    });
    const node: Node = must(producerOf(changed, layer.output), 'the layer');
    edit.update(node, { inputs: [node.inputs[0], ...inputs] });
    changed = edit.finish();
  }
  return changed;
}
