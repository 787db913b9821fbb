import type { Tensor, TensorType, ValueName } from '../../ir/types.ts';
import { findOp } from '../../ops/index.ts';
import { UserError } from '../../support/errors.ts';
import type { MemoryBudget } from '../../support/memory-budget.ts';
import { discoverTypes } from '../discover-types.ts';
import type { FlatNode } from '../flat-node.ts';
import { foldValue } from '../fold-shape-inputs.ts';
import { commonOpset } from '../opset.ts';
import type { Capacities } from '../sizes/capacities.ts';

/** What stands before a value in a graph that is still being made flat. */
export interface Before {
  readonly nodes: readonly FlatNode[];
  /** By the value that it makes: its place among the nodes. */
  readonly makers: ReadonlyMap<ValueName, number>;
  readonly constants: ReadonlyMap<ValueName, Tensor>;
  readonly capacities: Capacities;
}

/** What is known of values at compile time: exporters write conditions, counts and shapes that look computed and are not. */
export interface Foresight {
  /** The value, where it follows from constants and from the shapes of values; null when it depends on the data. */
  constant(value: ValueName, before: Before): Promise<Tensor | null>;
  /** Of results as long as the data make them, the type with the most that fits; null where it cannot be told. */
  type(value: ValueName, before: Before): Promise<TensorType | null>;
  /** Whether it hangs on more than the shapes of inputs. */
  isData(value: ValueName, before: Before): boolean;
}

/** Nodes looked at for all questions together; beyond them nothing is known any more, which keeps hostile files cheap. */
const MAX_WORK = 1_000_000;

export function createForesight(inputs: ReadonlyMap<ValueName, TensorType>, memory: MemoryBudget): Foresight {
  const folded = new Map<ValueName, Tensor | null>();
  const types = new Map<ValueName, TensorType>(inputs);
  const data = new Map<ValueName, boolean>();
  let work = 0;

  return {
    async constant(asked, before) {
      const value = sourceOf(asked, before);
      const constant = before.constants.get(value);
      if (constant) return constant;
      if (!folded.has(value)) {
        const nodes = isData(value, before) ? null : ancestors(value, before);
        folded.set(value, nodes && (await compute(value, nodes, before)));
      }
      return folded.get(value) ?? null;
    },

    async type(asked, before) {
      const value = sourceOf(asked, before);
      const constant = before.constants.get(value);
      if (constant) return { dtype: constant.dtype, shape: constant.shape, quant: null };
      if (!types.has(value)) {
        const nodes = ancestors(value, before);
        const found = nodes && (await typed(nodes, before, before.capacities));
        for (const [name, type] of found ?? []) types.set(name, type);
      }
      return types.get(value) ?? null;
    },

    isData,
  };

  function isData(value: ValueName, before: Before): boolean {
    const stack = [value];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const sources = data.has(top) ? [] : sourcesOf(top, before);
      const open = sources.filter((source) => !data.has(source));
      if (open.length > 0) {
        stack.push(...open);
        continue;
      }
      stack.pop();
      if (data.has(top)) continue;
      const own = !before.constants.has(top) && !before.makers.has(top);
      data.set(top, own || sources.some((source) => data.get(source)));
    }
    return data.get(value)!;
  }

  function sourcesOf(value: ValueName, { nodes, makers }: Before): ValueName[] {
    const place = makers.get(value);
    if (place === undefined) return [];
    const { domain, op, inputs: read } = nodes[place]!;
    if (domain === '' && (op === 'Shape' || op === 'Size')) return [];
    return read.filter((input) => input !== null);
  }

  /** The nodes a value is made of, or null when one of them cannot be used. */
  function ancestors(value: ValueName, { nodes, makers }: Before): FlatNode[] | null {
    const places = new Set<number>();
    const queue: ValueName[] = [value];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const place = makers.get(next);
      if (place === undefined || places.has(place)) continue;
      if (++work > MAX_WORK) return null;
      const { refused, domain, op, inputs: read } = nodes[place]!;
      if (refused !== null || !findOp(domain, op)) return null;
      places.add(place);
      for (const input of read) if (input) queue.push(input);
    }
    return [...places].sort((a, b) => a - b).map((place) => nodes[place]!);
  }

  /** With no room for results as long as the data make them: how many there are is not known. */
  async function compute(value: ValueName, nodes: readonly FlatNode[], before: Before): Promise<Tensor | null> {
    const known = await typed(nodes, before, null);
    const opset = commonOpset(nodes);
    if (!known || opset === null) return null;
    return ifItCan(() => foldValue({ nodes, inputs, constants: before.constants, opset }, known, value, memory));
  }

  async function typed(nodes: readonly FlatNode[], { constants }: Before, room: Capacities | null) {
    const opset = commonOpset(nodes);
    if (opset === null) return null;
    return ifItCan(() => discoverTypes({ nodes, inputs, constants, opset }, memory, room));
  }
}

/** Behind nodes that hand on what they get. */
function sourceOf(value: ValueName, { nodes, makers }: Before): ValueName {
  for (let source = value; ; ) {
    const { op, domain, inputs } = nodes[makers.get(source) ?? -1] ?? {};
    if (domain !== '' || op !== 'Identity' || !inputs?.[0]) return source;
    source = inputs[0];
  }
}

async function ifItCan<T>(find: () => Promise<T>): Promise<T | null> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof UserError && error.problem.code !== 'TOO_LARGE') return null;
    throw error;
  }
}
