import type { Graph } from '../../ir/types.ts';
import { must } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';
import type { Judgement } from './judge.ts';

/** The trained graph, unless it is worse on held-back samples and 'best' is wanted; tells the reader of the report. */
export function acceptBetter(
  graph: Graph,
  trained: Graph,
  { before, after, select }: { readonly before: Judgement | null; readonly after: Judgement; readonly select: string },
  { remark }: PassContext,
): Graph {
  const better = before === null || select === 'last' || after.loss < before.loss;
  const change = before === null ? '' : `${told(before)} before training, `;
  const end = better ? '' : '; left as it was';
  remark(must(graph.nodes.at(-1), 'a node'), `held-back samples: ${change}${told(after)} after it${end}`);
  return better ? trained : graph;
}

function told({ loss, top1 }: Judgement): string {
  const share = top1 === null ? '' : `, ${(100 * top1).toFixed(2)} % right`;
  return `loss ${loss.toPrecision(3)}${share}`;
}
