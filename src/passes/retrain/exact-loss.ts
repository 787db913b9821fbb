import { buildOn } from '../../autodiff/builder.ts';
import { prune, typeOf } from '../../ir/graph.ts';
import type { Graph, Tensor, ValueName } from '../../ir/types.ts';
import { buildOracle } from '../../oracle/build-oracle.ts';
import { must } from '../../support/errors.ts';
import { stackTensors } from '../../train/training-data.ts';
import { dequantizeTensor } from '../import-quantized/qdq/constant-codes.ts';
import type { PassContext } from '../pass.ts';
import { asCodes, type Feeds } from '../samples/calibration-samples.ts';
import { type OutputTerm, outputLoss } from './output-terms.ts';

/** How far the integers of a quantized graph are from the float model on these samples. */
export async function exactLoss(
  graph: Graph,
  float: Graph,
  { feeds, terms, temperature }: { feeds: readonly Feeds[]; terms: readonly OutputTerm[]; temperature: number },
  { evaluate }: PassContext,
): Promise<number> {
  const outputs = terms.map(({ value }) => value);
  const oracle = buildOracle(prune({ ...graph, outputs }));
  const teacher = prune({ ...float, outputs });
  const got = await resultsOf(outputs, feeds, (feed) => evaluate(oracle, asCodes(graph, feed)), graph);
  const wanted = await resultsOf(outputs, feeds, (feed) => evaluate(teacher, feed), float);

  const build = buildOn({ name: 'loss', inputs: [], outputs: [], nodes: [], types: new Map(), constants: new Map() });
  const input = (side: string, values: ReadonlyMap<ValueName, Tensor>) => {
    for (const [value, { shape }] of values) build.draft.input(side + value, { dtype: 'f32', shape, quant: null });
    return (value: ValueName) => side + value;
  };
  const loss = outputLoss(build, terms, [input('got/', got), input('wanted/', wanted)], temperature);
  build.draft.addOutput(loss);
  const named = (side: string, values: ReadonlyMap<ValueName, Tensor>) =>
    [...values].map(([value, tensor]): [ValueName, Tensor] => [side + value, tensor]);
  const results = await evaluate(build.draft.finish(), new Map([...named('got/', got), ...named('wanted/', wanted)]));
  return Number(must(results.get(loss), loss).data[0]);
}

/** The outputs as real numbers, all samples stacked. */
async function resultsOf(
  outputs: readonly ValueName[],
  feeds: readonly Feeds[],
  run: (feed: Feeds) => Promise<ReadonlyMap<ValueName, Tensor>>,
  graph: Graph,
): Promise<Map<ValueName, Tensor>> {
  const rows = outputs.map((): Tensor[] => []);
  for (const feed of feeds) {
    const results = await run(feed);
    for (const [i, output] of outputs.entries()) {
      const tensor = must(results.get(output), output);
      const { quant } = typeOf(graph, output);
      rows[i].push(quant ? dequantizeTensor(tensor, quant) : tensor);
    }
  }
  return new Map(outputs.map((output, i) => [output, stackTensors(rows[i])]));
}
