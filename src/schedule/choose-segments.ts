import { consumersOf, isOutput, typeOf } from '../ir/graph.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { Graph, Node, ValueName } from '../ir/types.ts';
import { bytesOfRows } from './passing-rows.ts';
import { rowOverlap } from './row-overlap.ts';
import { planRows, type RowPlan } from './row-plan.ts';

/** Nodes in the order of the graph that are computed together, row by row; one alone where what it reads comes by rows. */
export type Segment = readonly Node[];

/** What a layer takes by itself, as it is compiled alone. */
export interface LayerNeeds {
  /** Bytes of temporary memory. */
  scratch(node: Node): number;
  /** How far below an input its output may start; null: nowhere in it. */
  overlap(node: Node, input: ValueName): number | null;
}

/** More layers together win nothing in any network seen, and each is tried with each start. */
const MOST_LAYERS = 24;

export interface SegmentOptions {
  /** Bytes that suffice: the fewest layers that stay within them, if any do. Default: the least peak. */
  readonly limit?: number;
  /** Names of nodes that stay layers of their own. */
  readonly apart?: ReadonlySet<string>;
  /** A value that comes row by row: all that read it are in one segment. */
  readonly fed?: ValueName | null;
}

/**
 * The cuts of a network of least peak, and among these the ones with fewest layers in segments. By dynamic programming over the
 * places between two nodes: what a segment takes depends on what lies there alone.
 */
export function chooseSegments(graph: Graph, needs: LayerNeeds, options: SegmentOptions = {}): Segment[] {
  const { limit = 0, apart = new Set(), fed = null } = options;
  const spans = possibleSpans(graph, needs, apart, fed);
  const least = fewest(graph, spans, (a, b) => a.peak - b.peak);
  const within = Math.max(limit, least.peak);
  const allowed = spans.map((some) => some.filter(({ bytes }) => bytes <= within));
  return fewest(graph, allowed, (a, b) => a.fused - b.fused).segments;
}

interface Span {
  readonly nodes: Segment;
  readonly bytes: number;
  /** Row by row. */
  readonly together: boolean;
}

interface Cut {
  readonly peak: number;
  /** Layers in segments. */
  readonly fused: number;
  readonly segments: readonly Segment[];
}

type Chosen = { readonly peak: number; readonly fused: number; readonly segments: Segment[] };

/** The best way to cover all nodes by spans; those that end before node i are spans[i]. */
function fewest(graph: Graph, spans: readonly (readonly Span[])[], compare: (a: Cut, b: Cut) => number): Chosen {
  const best: Cut[] = [{ peak: 0, fused: 0, segments: [] }];
  for (let end = 1; end <= graph.nodes.length; end++) {
    let found: Cut | null = null;
    for (const { nodes, bytes, together } of spans[end]) {
      const before = best[end - nodes.length];
      if (!before) continue;
      const cut = {
        peak: Math.max(before.peak, bytes),
        fused: before.fused + (together ? nodes.length : 0),
        segments: together ? [...before.segments, nodes] : before.segments,
      };
      const order = found === null ? -1 : compare(cut, found) || cut.fused - found.fused || cut.peak - found.peak;
      if (order < 0) found = cut;
    }
    if (found) best[end] = found;
  }
  return (best[graph.nodes.length] as Chosen | undefined) ?? { peak: Number.POSITIVE_INFINITY, fused: 0, segments: [] };
}

/** For each place between nodes the single layer and the segments that end there, with what is alive while they run. */
function possibleSpans(graph: Graph, needs: LayerNeeds, apart: ReadonlySet<string>, fed: ValueName | null): Span[][] {
  const { nodes } = graph;
  const position = new Map(nodes.map((node, i) => [node, i]));
  const lives = livesOf(graph, position);
  const readFed = fed === null ? [] : consumersOf(graph, fed);
  return Array.from({ length: nodes.length + 1 }, (_, end) => {
    if (end === 0) return [];
    const last = nodes[end - 1];
    const alone = !readFed.includes(last);
    const spans: Span[] = alone ? [{ nodes: [last], bytes: bytesOfLayer(end - 1), together: false }] : [];
    for (let first = alone ? end - 2 : end - 1; first >= Math.max(0, end - MOST_LAYERS); first--) {
      const segment = nodes.slice(first, end);
      if (segment.length > 1 && segment.some(({ name }) => apart.has(name))) break;
      if (!staysInside(segment, first, end)) continue;
      const plan = planRows(graph, segment, { fed });
      if (plan) spans.push({ nodes: segment, bytes: bytesOfSegment(segment, plan, first, end), together: true });
    }
    return spans;
  });

  /** All results but the last are read by layers of the segment alone, and it reads all of what comes row by row or none. */
  function staysInside(segment: Segment, first: number, end: number): boolean {
    const reading = segment.filter((node) => readFed.includes(node));
    if (reading.length > 0 && reading.length < readFed.length) return false;
    return segment.slice(0, -1).every(({ outputs }) =>
      outputs.every((value) => {
        if (value === null) return true;
        const readers = consumersOf(graph, value).map((node) => position.get(node)!);
        return !isOutput(graph, value) && readers.length > 0 && readers.every((at) => at > first && at < end);
      }),
    );
  }

  function bytesOfLayer(at: number): number {
    const node = nodes[at];
    return bytesAround([node], at, at + 1, needs.scratch(node), (input) => needs.overlap(node, input));
  }

  function bytesOfSegment(segment: Segment, plan: RowPlan, first: number, end: number): number {
    const own = bytesOfRows(
      graph,
      plan,
      segment.map((node) => needs.scratch(node)),
    );
    return bytesAround(segment, first, end, own, (input) =>
      plan.inputs.includes(input) ? rowOverlap(graph, plan, input) : null,
    );
  }

  /** Values alive before and behind, the result over the input that lets it save most, and what the layers take themselves. */
  function bytesAround(
    segment: Segment,
    first: number,
    end: number,
    own: number,
    overlap: (input: ValueName) => number | null,
  ): number {
    const results = segment.at(-1)!.outputs.filter((value) => value !== null);
    const alive = lives.filter(({ value, born, dies }) => value !== fed && born < first && dies >= first);
    const inside = alive.reduce((sum, { bytes }) => sum + bytes, 0);
    const output = results.reduce((sum, value) => sum + arenaBytes(typeOf(graph, value)), 0);
    let saved = 0;
    for (const { value, bytes, dies } of alive) {
      const distance = dies < end && results.length === 1 ? overlap(value) : null;
      if (distance === null) continue;
      saved = Math.max(saved, bytes + output - Math.max(output, bytes + Math.max(0, distance)));
    }
    return inside + output + own - saved;
  }
}

interface Life {
  readonly value: ValueName;
  readonly bytes: number;
  /** Index of the node that makes it; -1: an input. */
  readonly born: number;
  /** Index of the last node that reads it; beyond all: an output. */
  readonly dies: number;
}

/** Values that take memory; views have that of what they look at. */
function livesOf(graph: Graph, position: ReadonlyMap<Node, number>): Life[] {
  const made = [
    ...graph.inputs.map((value) => ({ value, born: -1 })),
    ...graph.nodes.flatMap(({ outputs }, born) =>
      outputs.flatMap((value) => (value === null ? [] : [{ value, born }])),
    ),
  ];
  return made.map(({ value, born }) => ({
    value,
    bytes: arenaBytes(typeOf(graph, value)),
    born,
    dies: isOutput(graph, value)
      ? graph.nodes.length
      : Math.max(born, ...consumersOf(graph, value).map((node) => position.get(node)!)),
  }));
}
