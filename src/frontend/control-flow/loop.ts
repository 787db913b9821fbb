import { tensorOf } from '../../ir/tensor.ts';
import type { ValueName } from '../../ir/types.ts';
import { badModel } from '../bad-model.ts';
import { asScalar, onlyNumber, type Site, subgraph, truth } from './site.ts';
import { type Condition, grown, unroll } from './turns.ts';

/** Inputs M, condition, states; the body: number of the turn, condition, states -> condition, states, rows. */
export async function loop(site: Site): Promise<(ValueName | null)[]> {
  const body = subgraph(site, 'body');
  const [most = null, given = null, ...first] = site.inputs;
  const states = first.map((state) => state ?? badModel('a state of it is left out', site.where));
  const results = body.outputs.length - 1;
  if (body.inputs.length !== states.length + 2)
    badModel(`its body has ${body.inputs.length} inputs, not ${states.length + 2}`, site.where);
  if (results < states.length || site.node.outputs.length > results)
    badModel(`its body has ${body.outputs.length} outputs, the node ${site.node.outputs.length}`, site.where);

  const yes = site.hold(tensorOf('bool', [], [1]), 'condition');
  const count = most && (await knownCount(site, most));
  const made = await unroll(site, {
    body,
    count,
    condition: given ? await conditionOf(site, given) : true,
    states,
    async turn(index, before) {
      const number = site.hold(tensorOf('i64', [], [index]), 'turn');
      const [condition, ...values] = await site.inline(body, [number, yes, ...before]);
      return {
        condition: await conditionOf(site, condition!),
        states: values.slice(0, states.length),
        rows: values.slice(states.length),
      };
    },
  });
  const grows = site.node.outputs.slice(states.length).map((name, i) => (name ? grown(site, made, i) : null));
  return [...made.states, ...grows];
}

async function knownCount(site: Site, value: ValueName): Promise<number | ValueName> {
  const constant = await site.constant(value);
  return constant ? Math.max(0, onlyNumber(constant, 'trip count', site)) : value;
}

async function conditionOf(site: Site, value: ValueName): Promise<Condition> {
  const constant = await site.constant(value);
  return constant ? truth(constant, site) : asScalar(site, value, 'condition');
}
