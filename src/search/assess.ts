import { generateC } from '../compile.ts';
import type { Dataset } from '../data/dataset.ts';
import { prune, typeOf } from '../ir/graph.ts';
import type { Json } from '../ir/program.ts';
import type { Graph } from '../ir/types.ts';
import { openMeter, truthOf } from '../metrics/truth.ts';
import { buildOracle } from '../oracle/build-oracle.ts';
import type { EncodableLayer } from '../passes/fewbit/encodable-layers.ts';
import { fewBit } from '../passes/fewbit/few-bit.ts';
import type { Evaluate } from '../passes/pass.ts';
import { asCodes } from '../passes/samples/calibration-samples.ts';
import { realNumbers } from '../quant/real-numbers.ts';
import { must } from '../support/errors.ts';
import { type ProgramCosts, programCosts } from './program-costs.ts';
import { graphLoss, type Subject } from './subject.ts';

/** What an assignment really does: all of its layers encoded one after the other, compiled, and run. */
export interface Assessment extends ProgramCosts {
  readonly loss: number;
  /** Of the labelled samples, by their metric; null without labels. */
  readonly score: number | null;
}

export interface Bench {
  readonly samples: number;
  readonly labelled: Dataset | null;
  readonly evaluate: Evaluate;
  /** For builds. */
  readonly directory: string;
}

export async function assess(subject: Subject, formats: readonly string[], bench: Bench): Promise<Assessment> {
  const { int8, options } = subject;
  const how = fewBitOptions(subject, formats, bench.samples);
  const graph = await fewBit.run(int8.graph, { ...fewBit.defaults, ...how }, subject.context());
  const compilation = generateC({ ...int8, graph }, options);
  const judge = async () => ({
    loss: await graphLoss(subject, subject.judged, graph, bench.evaluate),
    score: bench.labelled && (await scoreOf(graph, bench.labelled, bench.evaluate)),
  });
  const costs = programCosts(compilation, must(int8.dataset, 'samples'), bench.directory);
  const [judged, built] = await Promise.all([judge(), costs]);
  return { ...built, ...judged };
}

/** Options of the pass few-bit that give each layer its format. */
export function fewBitOptions({ layers }: Subject, formats: readonly string[], samples: number) {
  const entries: Json = layers.map((layer, l) => ({ match: patternOf(layer, layers), format: formats[l] }));
  return { layers: entries, samples };
}

/** The node's name where it means this layer alone; else its output's, which is unique. */
export function patternOf({ node, output }: EncodableLayer, layers: readonly EncodableLayer[]): string {
  const names = layers.flatMap((layer) => [...new Set([layer.node.name, layer.output])]);
  const plain = names.filter((name) => name === node.name).length === 1 && !/^:|\*/.test(node.name);
  return plain ? node.name : output;
}

/** The metric of the data set on the first output. `graph`: float or quantized. @throws UserError BAD_DATA for labels that do not fit. */
export async function scoreOf(graph: Graph, dataset: Dataset, evaluate: Evaluate): Promise<number> {
  const output = graph.outputs[0];
  const type = typeOf(graph, output);
  const oracle = buildOracle(prune({ ...graph, outputs: [output] }));
  const truth = must(truthOf(dataset), 'labels');
  const meter = openMeter(truth, type.shape, dataset.name);
  for (let i = 0; i < dataset.count; i++) {
    const results = await evaluate(oracle, asCodes(graph, dataset.sample(i)));
    meter.add(realNumbers(must(results.get(output), output), type), truth.sample(i));
  }
  return meter.value();
}
