import { typeOf } from '../ir/graph.ts';
import type { Graph } from '../ir/types.ts';
import type { DatasetInput } from './dataset.ts';
import { inputDomain } from './input-domains.ts';

/** What a data set must fit: the inputs of a model, in its order, without those that runs hand on to one another. */
export function datasetInputs(graph: Graph): DatasetInput[] {
  const states = new Set(graph.states?.map(({ input }) => input));
  const given = graph.inputs.filter((name) => !states.has(name));
  return given.map((name) => {
    const { dtype, shape } = typeOf(graph, name);
    const domain = inputDomain(graph, name);
    return { name, dtype, shape, ...(domain && { domain }) };
  });
}
