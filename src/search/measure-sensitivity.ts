import { baseFormat } from '../formats/index.ts';
import { constantOf, editGraph, producerOf, typeOf } from '../ir/graph.ts';
import type { Graph, Node, Quant, Tensor, TensorType, ValueName } from '../ir/types.ts';
import { layerChoice } from '../passes/fewbit/choose-layers.ts';
import { type EmbeddingLayer, encodeEmbedding } from '../passes/fewbit/embedding-layer.ts';
import { type EncodableLayer, isEmbedding, isWeighted } from '../passes/fewbit/encodable-layers.ts';
import { fewBit } from '../passes/fewbit/few-bit.ts';
import { visitLayers } from '../passes/fewbit/visit-layers.ts';
import type { Evaluate } from '../passes/pass.ts';
import { asCodes } from '../passes/samples/calibration-samples.ts';
import { must } from '../support/errors.ts';
import { cutSuffix, runOutputs } from './run-outputs.ts';
import type { Subject } from './subject.ts';

/** A layer encoded in one format, all others in int8. */
export interface Encoded {
  readonly layer: EncodableLayer;
  readonly format: string;
  /** What the loss rises by; 0 when it falls: that is chance. */
  readonly loss: number;
  /** What takes the place of the constants that the layer reads, by the number of the input. */
  readonly constants: readonly EncodedConstant[];
}

interface EncodedConstant {
  readonly index: number;
  readonly name: ValueName;
  readonly tensor: Tensor;
  readonly type: TensorType;
}

export interface Sensitivity {
  /** Loss of the int8 model. */
  readonly base: number;
  /** [layer][format] */
  readonly layers: readonly (readonly Encoded[])[];
}

/**
 * Encodes every layer alone in each of its formats, as the pass few-bit does, and measures the loss of the network: a
 * calibration sweep of the layers behind it only, from the int8 activations before; of the whole for an embedding, which
 * stands at its beginning. Formats that differ in their entropy code only have the same codes and are measured once.
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
  const measured = new Map<EncodableLayer, Encoded[]>();
  let done = 0;
  const formatsOf = (layer: EncodableLayer) => must(formats[layers.indexOf(layer)], 'formats');
  for (const layer of layers.filter(isEmbedding)) {
    const own: Encoded[] = [];
    for (const format of formatsOf(layer)) {
      const changed = encodeEmbedding(graph, layer, layerChoice(format, {}), how, ctx);
      const loss = fitted.loss(await runOutputs(changed, point.values, codes, sweep));
      own.push({ layer, format, loss: Math.max(0, loss - base), constants: tableOf(changed, layer) });
      progress(++done, total);
    }
    measured.set(layer, own);
  }
  for await (const visit of visitLayers(graph, floatGraph, layers.filter(isWeighted), fitted.feeds, how, ctx)) {
    const { layer } = visit;
    const own = formatsOf(layer);
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
    measured.set(
      layer,
      own.map((format) => {
        const { graph: changed } = must(attempts.get(baseFormat(format)), format);
        const rise = must(losses.get(baseFormat(format)), format) - base;
        return { layer, format, loss: Math.max(0, rise), constants: constantsOf(changed, layer, format) };
      }),
    );
  }
  return { base, layers: layers.map((layer) => must(measured.get(layer), layer.output)) };
}

function constantsOf(graph: Graph, layer: EncodableLayer, format: string): EncodedConstant[] {
  const { inputs } = must(producerOf(graph, layer.output), 'the encoded layer');
  return inputs.slice(1).map((_, i) => {
    const { type, ...constant } = constantAt(graph, layer, i + 1);
    const quant: Quant | null = type.quant && i === 0 ? { ...type.quant, format } : type.quant;
    return { ...constant, type: { ...type, quant } };
  });
}

function tableOf(graph: Graph, layer: EmbeddingLayer): EncodedConstant[] {
  return [constantAt(graph, layer, 0)];
}

function constantAt(graph: Graph, { output }: EncodableLayer, index: number): EncodedConstant {
  const name = must(producerOf(graph, output)?.inputs[index], 'a constant');
  return { index, name, tensor: must(constantOf(graph, name), name), type: typeOf(graph, name) };
}

/** The int8 graph with some layers encoded. */
export function withEncoded(graph: Graph, encoded: readonly Encoded[]): Graph {
  let changed = graph;
  for (const { layer, constants } of encoded) {
    const edit = editGraph(changed);
    const readers = isEmbedding(layer) ? layer.outputs : [layer.output];
    const nodes = readers.map((output): Node => must(producerOf(changed, output), 'the layer'));
    const inputs = [...nodes[0]!.inputs];
    for (const { index, name, tensor, type } of constants) {
      inputs[index] = edit.constant(name, tensor);
      edit.setType(inputs[index], type);
    }
    for (const node of nodes)
      edit.update(node, { inputs: isEmbedding(layer) ? [inputs[0]!, ...node.inputs.slice(1)] : inputs });
    changed = edit.finish();
  }
  return changed;
}
