import type { ValueName } from '../../ir/types.ts';
import { badModel } from '../bad-model.ts';
import type { RawGraph } from '../border/raw-model.ts';
import { asScalar, type Site, select, subgraph, truth, Undecided } from './site.ts';

/** The branch that is taken, where that is known; else both, and of each result the one that the condition chooses. */
export async function branch(site: Site): Promise<ValueName[] | null> {
  const condition = site.inputs[0] ?? badModel('an If has no condition', site.where);
  const constant = await site.constant(condition);
  if (constant) {
    await site.become(branchOf(site, truth(constant, site)));
    return null;
  }
  const chosen = await site.inline(branchOf(site, true), []);
  const other = await site.inline(branchOf(site, false), []);
  const flag = await asScalar(site, condition, 'condition');
  const results: ValueName[] = [];
  for (const i of site.node.outputs.keys()) {
    const unlike = new Undecided('its branches give results of different types or shapes', [condition]);
    results.push(await select(site, flag, [chosen[i]!, other[i]!], unlike));
  }
  return results;
}

function branchOf(site: Site, yes: boolean): RawGraph {
  const graph = subgraph(site, yes ? 'then_branch' : 'else_branch');
  if (graph.inputs.length > 0) badModel('a branch has inputs', site.where);
  if (site.node.outputs.length > graph.outputs.length) badModel('the If has more outputs than its branch', site.where);
  return graph;
}
