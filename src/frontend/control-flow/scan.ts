import { normalizeAxis } from '../../ir/shape.ts';
import { numbersOf } from '../../ir/tensor.ts';
import type { TensorType, ValueName } from '../../ir/types.ts';
import { badModel } from '../bad-model.ts';
import type { RawGraph } from '../border/raw-model.ts';
import { integers, rowOf, type Site, stacked, subgraph, Undecided } from './site.ts';
import { grown, unroll } from './turns.ts';

/** Inputs states, sequences; the body: states, elements -> states, rows. */
export async function scan(site: Site): Promise<(ValueName | null)[]> {
  const { node, where } = site;
  const body = subgraph(site, 'body');
  const batched = node.opset < 9;
  const values = site.inputs.slice(batched ? 1 : 0);
  if (batched && site.inputs[0]) throw new Undecided('its sequence_lens are given');
  const sequences = integers(site, 'num_scan_inputs')?.[0] ?? 0;
  const states = values.length - sequences;
  const results = body.outputs.length - states;
  if (sequences < 1 || states < 0 || body.inputs.length !== values.length || values.some((value) => value === null))
    badModel(`it has ${values.length} inputs, ${sequences} to scan, its body has ${body.inputs.length}`, where);
  if (results < 0 || node.outputs.length > body.outputs.length)
    badModel(`its body has ${body.outputs.length} outputs, the node ${node.outputs.length}`, where);
  const given = values as ValueName[];
  const job: Job = { body, states, results };
  return batched ? byBatch(site, job, given) : along(site, job, given);
}

interface Job {
  readonly body: RawGraph;
  readonly states: number;
  readonly results: number;
}

/** Before opset 9 all values have the batch in front, and each of it is scanned by itself. */
async function byBatch(site: Site, job: Job, values: readonly ValueName[]): Promise<(ValueName | null)[]> {
  const batch = (await site.type(values[0]!))?.shape[0];
  if (batch === undefined) throw new Undecided('how many sequences it scans is not known', values);
  const runs: (ValueName | null)[][] = [];
  for (let b = 0; b < batch; b++) {
    const own = values.map((value) => rowOf(site, value, 0, b));
    runs.push(await along(site, job, own));
  }
  return (runs[0] ?? []).map(
    (first, i) =>
      first &&
      stacked(
        site,
        runs.map((run) => run[i]!),
        0,
      ),
  );
}

async function along(site: Site, { body, states, results }: Job, values: readonly ValueName[]) {
  const sequences = values.slice(states);
  const reads = sequences.map((_, i) =>
    isBackwards(site, site.node.opset < 9 ? 'directions' : 'scan_input_directions', i),
  );
  const axes: number[] = [];
  const lengths: number[] = [];
  for (const [i, value] of sequences.entries()) {
    const { shape } = await knownType(site, value);
    axes.push(axisOf(site, 'scan_input_axes', i, shape.length));
    lengths.push(shape[axes[i]!]!);
  }
  const length = lengths[0]!;
  if (lengths.some((other) => other !== length))
    badModel(`its inputs have ${lengths.join(' and ')} elements`, site.where);

  const made = await unroll(
    { ...site, capacity: length },
    {
      body,
      count: await countOf(site, sequences[0]!, axes[0]!, reads.includes(true)),
      condition: true,
      states: values.slice(0, states),
      async turn(index, before) {
        const elements = sequences.map((value, i) =>
          rowOf(site, value, axes[i]!, reads[i] ? length - 1 - index : index),
        );
        const next = await site.inline(body, [...before, ...elements]);
        return { condition: true, states: next.slice(0, states), rows: next.slice(states) };
      },
    },
  );
  const grows: (ValueName | null)[] = [];
  for (let i = 0; i < results; i++) {
    const [first] = made.rows;
    const rank = first ? (await knownType(site, first[i]!)).shape.length + 1 : 1;
    const axis = axisOf(site, 'scan_output_axes', i, rank);
    grows.push(grown(site, made, i, axis, isBackwards(site, 'scan_output_directions', i)));
  }
  return [...made.states, ...grows];
}

/** The length of the axis, computed where the data make it. */
async function countOf(site: Site, value: ValueName, axis: number, backwards: boolean): Promise<number | ValueName> {
  const shape = site.add('Shape', [value]);
  const constant = await site.constant(shape);
  if (constant) return numbersOf(constant)[axis]!;
  if (backwards) throw new Undecided('it reads backwards what is as long as the data make it');
  return rowOf(site, shape, 0, axis);
}

async function knownType(site: Site, value: ValueName): Promise<TensorType> {
  const type = await site.type(value);
  if (!type) throw new Undecided('the shape of what it scans is not known', [value]);
  return type;
}

function axisOf(site: Site, name: string, i: number, rank: number): number {
  const axis = integers(site, name)?.[i] ?? 0;
  if (axis < -rank || axis >= rank) badModel(`one of its ${name} is ${axis}, of ${rank} dimensions`, site.where);
  return normalizeAxis(axis, rank);
}

function isBackwards(site: Site, name: string, i: number): boolean {
  return integers(site, name)?.[i] === 1;
}
