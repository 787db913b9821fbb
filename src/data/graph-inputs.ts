import { typeOf } from '../ir/graph.ts';
import type { Graph, ValueName } from '../ir/types.ts';
import type { DatasetInput } from './dataset.ts';
import { inputDomain } from './input-domains.ts';

/** What a data set must fit: the inputs of a model, in its order, without those that runs hand on to one another. */
export function datasetInputs(graph: Graph): DatasetInput[] {
  const states = stateInputs(graph);
  const given = graph.inputs.filter((name) => !states.includes(name));
  return given.map((name) => {
    const { dtype, shape } = typeOf(graph, name);
    const domain = inputDomain(graph, name);
    return { name, dtype, shape, ...(domain && { domain }) };
  });
}

/** The inputs that runs hand on to one another. */
export function stateInputs(graph: Graph): readonly ValueName[] {
  return (graph.states ?? []).map(({ input }) => input);
}
