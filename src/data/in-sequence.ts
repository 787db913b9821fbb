import { typeOf } from '../ir/graph.ts';
import { elementCount } from '../ir/shape.ts';
import { createData } from '../ir/tensor.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import type { Dataset } from './dataset.ts';

type Feeds = ReadonlyMap<ValueName, Tensor>;

/** Samples with the states that a model of real numbers is in before each. `evaluate` runs it. */
export async function inSequence(
  dataset: Dataset,
  graph: Graph,
  evaluate: (graph: Graph, feeds: Feeds) => Promise<Feeds>,
): Promise<Dataset> {
  const { states = [] } = graph;
  if (states.length === 0) return dataset;
  const before: Feeds[] = [];
  let now = firstStates(graph);
  for (let i = 0; i < dataset.count; i++) {
    if (startsSequence(dataset, i)) now = firstStates(graph);
    before.push(now);
    const results = await evaluate(graph, new Map([...dataset.sample(i), ...now]));
    now = new Map(states.map(({ input, output }) => [input, results.get(output)!]));
  }
  return { ...dataset, sample: (index) => new Map([...dataset.sample(index), ...before[index]]) };
}

/** Samples with the states that a model begins with, for what looks at each sample by itself. */
export function fromReset(dataset: Dataset, graph: Graph): Dataset {
  const states = firstStates(graph);
  return states.size === 0
    ? dataset
    : { ...dataset, sample: (index) => new Map([...states, ...dataset.sample(index)]) };
}

/** Zeros. */
export function firstStates(graph: Graph): Feeds {
  return new Map(
    (graph.states ?? []).map(({ input }) => {
      const { dtype, shape } = typeOf(graph, input);
      return [input, { dtype, shape, data: createData(dtype, elementCount(shape)) }];
    }),
  );
}

/** Whether the states of a model are reset before a sample. */
export function startsSequence({ sequence, count }: Pick<Dataset, 'sequence' | 'count'>, index: number): boolean {
  return index % (sequence ?? count) === 0;
}
