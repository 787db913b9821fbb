import { constantOf, producerOf, prune, typeOf } from '../../ir/graph.ts';
import { byteCount } from '../../ir/tensor.ts';
import type { Graph, Node, Tensor, ValueName } from '../../ir/types.ts';
import { must, UserError } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';
import { constantArithmetic, isOurs } from './constant-arithmetic.ts';

/** Types that onnxruntime does not hand out: such values are computed on the way to others only. */
export const UNREADABLE: ReadonlySet<string> = new Set(['bf16', 'i4', 'u4', 'i2', 'u2']);

/** Chains in which arithmetic and other operators alternate more often end in one run of onnxruntime. */
const MAX_ROUNDS = 64;

/**
 * These values, which depend on constants alone; without those that onnxruntime has no kernel for. In rounds: all that
 * arithmetic of ours can compute, then all that onnxruntime can compute of what is known by then.
 */
export async function computeConstants(
  graph: Graph,
  values: readonly ValueName[],
  ctx: PassContext,
): Promise<Map<ValueName, Tensor>> {
  const known = new Map<ValueName, Tensor>();
  const needed = nodesBehind(graph, values);
  const read = new Set([...values, ...needed.flatMap(({ inputs }) => inputs)]);
  const outputsOf = (node: Node) => node.outputs.filter((output) => output !== null && read.has(output)) as ValueName[];
  const declined = new Set<Node>();
  const asked = new Set<ValueName>();
  for (let round = 0; ; round++) {
    if (round < MAX_ROUNDS) computeHere(graph, needed, known, declined, ctx);
    const isTheirs = (node: Node) => round >= MAX_ROUNDS || declined.has(node) || !isArithmetic(graph, node);
    const nodes = needed.filter((node) => !outputsOf(node).every((output) => known.has(output)));
    const within = { ...graph, nodes, constants: new Map([...graph.constants, ...known]) };
    const wanted = nextValues(within, isTheirs, new Set(values)).flatMap(outputsOf);
    const fresh = wanted.filter((value) => !asked.has(value));
    if (fresh.length === 0) break;
    for (const value of fresh) asked.add(value);
    for (const [value, tensor] of await evaluated(within, fresh, ctx)) known.set(value, tensor);
  }
  return new Map(values.flatMap((value) => (known.has(value) ? [[value, must(known.get(value), value)]] : [])));
}

/** In the order of the graph. */
function nodesBehind(graph: Graph, values: readonly ValueName[]): Node[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const needed = new Set<Node>();
  const queue: (ValueName | null)[] = [...values];
  while (queue.length > 0) {
    const node = producers.get(queue.pop() ?? null);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    queue.push(...node.inputs);
  }
  return graph.nodes.filter((node) => needed.has(node));
}

/** None of ours leaves an input or its result out. */
function isArithmetic(graph: Graph, node: Node): boolean {
  const values = [...node.inputs, node.outputs[0] ?? null];
  if (values.includes(null)) return false;
  return isOurs(
    node,
    values.map((value) => typeOf(graph, value)),
  );
}

/** Results that are known now of all nodes of ours; `declined` gets those that are left to onnxruntime after all. */
function computeHere(
  graph: Graph,
  nodes: readonly Node[],
  known: Map<ValueName, Tensor>,
  declined: Set<Node>,
  ctx: PassContext,
): void {
  for (const node of nodes) {
    const output = node.outputs[0];
    if (!output || known.has(output) || declined.has(node) || !isArithmetic(graph, node)) continue;
    const inputs = node.inputs.flatMap((input) => known.get(input ?? '') ?? constantOf(graph, input) ?? []);
    if (inputs.length < node.inputs.length) continue;
    const type = typeOf(graph, output);
    ctx.memory.take(byteCount(type), `a constant that ${node.op} '${node.name}' computes`);
    const result = constantArithmetic(node, inputs, type);
    if (result) known.set(output, result);
    else declined.add(node);
  }
}

/** The nodes that onnxruntime can run now, and whose results are asked for or read by others than these. */
function nextValues(
  { types, nodes, constants }: Graph,
  isTheirs: (node: Node) => boolean,
  values: ReadonlySet<ValueName>,
): Node[] {
  const reachable = new Set<ValueName>(constants.keys());
  const runnable = nodes.filter((node) => {
    const runs = isTheirs(node) && node.inputs.every((input) => input === null || reachable.has(input));
    if (runs) for (const output of node.outputs) if (output !== null) reachable.add(output);
    return runs;
  });
  const running = new Set(runnable);
  const waited = new Set(nodes.flatMap((node) => (running.has(node) ? [] : node.inputs)));
  return runnable.filter(({ outputs }) =>
    outputs.some(
      (output) =>
        output !== null &&
        (values.has(output) || waited.has(output)) &&
        !UNREADABLE.has(must(types.get(output), output).dtype),
    ),
  );
}

/** All in one run; value by value where onnxruntime lacks a kernel for some of them, which then stay. */
async function evaluated(graph: Graph, values: readonly ValueName[], ctx: PassContext): Promise<[ValueName, Tensor][]> {
  const subgraph = prune({ ...graph, inputs: [], outputs: values });
  try {
    const results = await ctx.evaluate(subgraph);
    return values.map((value) => [value, must(results.get(value), `result '${value}'`)]);
  } catch (error) {
    if (!(error instanceof UserError) || error.problem.code !== 'RUNTIME') throw error;
    if (values.length === 1) {
      ctx.remark(
        must(producerOf(graph, values[0]), 'producer'),
        `kept: ${error.problem.because?.[0] ?? error.message}`,
      );
      return [];
    }
    const parts: [ValueName, Tensor][] = [];
    for (const value of values) parts.push(...(await evaluated(graph, [value], ctx)));
    return parts;
  }
}
