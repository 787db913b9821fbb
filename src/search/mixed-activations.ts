import { type MappedBuffer, memoryMap } from '../codegen/plan-memory/memory-map.ts';
import { type CompileOptions, generateC, type Transformation, transformModel } from '../compile.ts';
import type { Graph, ValueName } from '../ir/types.ts';
import type { Evaluate, PassContext } from '../passes/pass.ts';
import { calibrate } from '../passes/quantize/calibrate.ts';
import { quantizeInt8 } from '../passes/quantize/quantize-int8.ts';
import { scaleGroups } from '../passes/quantize/scale-groups.ts';
import { type ActivationEntry, uniformActivations } from '../passes/quantize/uniform-activations.ts';
import { must } from '../support/errors.ts';
import { graphLoss, type Subject } from './subject.ts';

type Bits = ActivationEntry['bits'];

/** Activations of which some have fewer bits. */
export interface MixedActivations {
  readonly entries: readonly ActivationEntry[];
  /** How many tensors have the fewer bits, of those that could. */
  readonly lowered: number;
  readonly of: number;
}

/** Tensors that share a scale: they have the same bits. */
type Group = readonly ValueName[];

/**
 * Between activations of `high` bits and of `low` ones: what is in memory when it is fullest gets the fewer bits, one tensor
 * after the other, first the one that moves the outputs least. Ends where nothing there can be lowered any more: then as
 * little memory is needed as with `low` bits everywhere. Gives the mixes that need less than all before them.
 * @param subject the model in `high` bits, for its samples and its loss
 */
export async function mixedActivations(
  options: CompileOptions,
  subject: Subject,
  [low, high]: readonly [Bits, Bits],
  evaluate: Evaluate,
): Promise<MixedActivations[]> {
  const draft = await openDraft(options, subject.context(), [low, high]);
  const base = await graphLoss(subject, subject.judged, await draft.lower([]), evaluate);
  const rises = new Map<Group, number>();
  const riseOf = async (group: Group) => {
    const graph = await draft.lower([group]);
    const rise = rises.get(group) ?? (await graphLoss(subject, subject.judged, graph, evaluate)) - base;
    rises.set(group, rise);
    return rise;
  };
  const lowered: Group[] = [];
  const mixes: MixedActivations[] = [];
  let { bytes: least, values } = fullest(await draft.lower([]), draft.start, options);
  for (;;) {
    const present = draft.groups.filter((group) => !lowered.includes(group) && group.some((v) => values.has(v)));
    if (present.length === 0) return mixes;
    for (const group of present) await riseOf(group);
    lowered.push(present.reduce((a, b) => (must(rises.get(b), 'rise') < must(rises.get(a), 'rise') ? b : a)));
    const now = fullest(await draft.lower(lowered), draft.start, options);
    values = now.values;
    if (now.bytes >= least) continue;
    least = now.bytes;
    mixes.push({ entries: entriesOf(lowered, [low, high]), lowered: lowered.length, of: draft.groups.length });
  }
}

interface Draft {
  readonly start: Transformation;
  /** Those that may have fewer bits. */
  readonly groups: readonly Group[];
  /** The quantized graph in which these have. */
  lower(groups: readonly Group[]): Promise<Graph>;
}

/** The float graph with the ranges for either number of bits. */
async function openDraft(
  options: CompileOptions,
  context: PassContext,
  [low, high]: readonly [Bits, Bits],
): Promise<Draft> {
  const { exclude = [], floatIo = false } = options;
  const activations = uniformActivations(high);
  const passes = { ...options.passes, stopAfter: calibrate.name };
  const start = await transformModel({ ...options, precision: 'int8', activations, passes });
  const how = { ...calibrate.defaults, ...options.calibrate, activations: uniformActivations(low) };
  const { ranges } = await calibrate.run(start.graph, how, context);
  const [few, many] = [must(ranges, 'ranges'), must(start.graph.ranges, 'ranges')];
  const bits = (of: typeof few, value: ValueName) => of.get(value)?.bits ?? 8;
  const members = scaleGroups(start.graph);
  const groups = new Map<ValueName, Group>();
  for (const value of few.keys()) {
    const group = members.members(value);
    const open = group.every((member) => bits(few, member) === low && bits(many, member) === high && isPlain(member));
    if (open) groups.set(group[0], group);
  }
  return {
    start,
    groups: [...groups.values()],
    async lower(lowered) {
      const mixed = new Map(many);
      for (const value of lowered.flat()) if (few.has(value)) mixed.set(value, must(few.get(value), value));
      return quantizeInt8.run(
        { ...start.graph, ranges: mixed },
        { ...quantizeInt8.defaults, exclude, floatIo },
        context,
      );
    },
  };
}

/** The bytes of the arena, and the values that lie in it when it is fullest. */
function fullest(graph: Graph, start: Transformation, options: CompileOptions) {
  const { program, plan } = generateC({ ...start, graph }, options);
  const { calls, buffers, arenaBytes, peakCall } = memoryMap(program, plan);
  const alive = new Set(calls[peakCall]?.regions.map(({ buffer }) => buffer));
  const lies = ({ id, within }: MappedBuffer) => alive.has(id) || (within !== null && alive.has(within));
  return { bytes: arenaBytes, values: new Set(buffers.filter(lies).map(({ name }) => name)) };
}

function entriesOf(lowered: readonly Group[], [low, high]: readonly [Bits, Bits]): ActivationEntry[] {
  const few = lowered.map(([match]) => ({ match, bits: low }));
  return [...uniformActivations(high), ...few];
}

/** Whether it means itself as a pattern. */
function isPlain(value: ValueName): boolean {
  return !/^:|\*/.test(value);
}
