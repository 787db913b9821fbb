import { exportOnnx } from '../frontend/export-onnx.ts';
import type { Graph, Tensor, ValueName } from '../ir/types.ts';
import { must } from '../support/errors.ts';
import { createSession, type OrtOptions, type OrtSession } from './ort-session.ts';

export type GraphSession = Pick<OrtSession, 'run' | 'release'>;

export interface GraphOptions extends OrtOptions {
  /** Values to be outputs; default: those of the graph. Inputs and constants are allowed. */
  readonly outputs?: readonly ValueName[];
}

/** onnxruntime's JavaScript keeps values in plain objects by their names; this one would be no key of them. */
const NO_KEY = '__proto__';

/** Loads a graph into onnxruntime. Throws UserError RUNTIME with its words. Call release() when done. */
export async function openGraph(
  graph: Graph,
  { outputs = graph.outputs, ...options }: GraphOptions = {},
): Promise<GraphSession> {
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  if (!outputs.some((output) => made.has(output))) return lookUp(graph, outputs);
  const spoken = unusedName(graph);
  const there = (name: ValueName) => (name === NO_KEY ? spoken : name);
  const back = (name: ValueName) => (name === spoken ? NO_KEY : name);
  const session = await createSession(exportOnnx(renamed(graph, there), { outputs: outputs.map(there) }), options);
  return {
    async run(feeds, fetch) {
      const given = new Map([...feeds].map(([name, tensor]) => [there(name), tensor]));
      const results = await session.run(given, fetch?.map(there));
      return new Map([...results].map(([name, tensor]) => [back(name), tensor]));
    },
    release: () => session.release(),
  };
}

/** Opens a graph, uses it, and always frees it. */
export async function withGraph<T>(
  graph: Graph,
  options: GraphOptions,
  use: (session: GraphSession) => Promise<T>,
): Promise<T> {
  const session = await openGraph(graph, options);
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

/** Outputs that no node makes are what was given: onnxruntime takes no graph without nodes, and no run without results. */
function lookUp(graph: Graph, outputs: readonly ValueName[]): GraphSession {
  return {
    async run(feeds, fetch = outputs) {
      const value = (name: ValueName): Tensor => must(feeds.get(name) ?? graph.constants.get(name), name);
      return new Map(fetch.map((name) => [name, value(name)]));
    },
    async release() {},
  };
}

function unusedName({ types }: Graph): ValueName {
  let name = `${NO_KEY} `;
  while (types.has(name)) name += ' ';
  return name;
}

function renamed(graph: Graph, there: (name: ValueName) => ValueName): Graph {
  if (!graph.types.has(NO_KEY)) return graph;
  const names = (list: readonly (ValueName | null)[]) => list.map((name) => name && there(name));
  const keyed = <T>(map: ReadonlyMap<ValueName, T>) => new Map([...map].map(([name, value]) => [there(name), value]));
  return {
    ...graph,
    inputs: graph.inputs.map(there),
    outputs: graph.outputs.map(there),
    nodes: graph.nodes.map((node) => ({ ...node, inputs: names(node.inputs), outputs: names(node.outputs) })),
    types: keyed(graph.types),
    constants: keyed(graph.constants),
  };
}
