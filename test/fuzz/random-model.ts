import { NEWEST_OPSET } from '../../src/frontend/opset.ts';
import { numbersOf } from '../../src/ir/tensor.ts';
import type { Tensor, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { must } from '../../src/support/errors.ts';
import { Builder, type FuzzModel, Unfit } from './builder.ts';
import { FAMILIES } from './families/index.ts';
import type { Family } from './family.ts';

export interface RandomModel extends FuzzModel {
  readonly index: number;
  /** The operator that the model is there for. */
  readonly op: string;
  /** All operators of the chain, in order. */
  readonly chain: readonly string[];
  /** Its results have the same bits in every implementation. */
  readonly exact: boolean;
}

/** What onnxruntime makes of a model: every output, or null where it refuses. */
export type Reference = (model: FuzzModel) => Promise<ReadonlyMap<ValueName, Tensor> | null>;

const OLDEST_OPSET = 7;
/** How many models are chains. */
const CHAINS = 0.35;
const LONGEST = 6;
/** Operators that are tried as the next one of a chain. */
const TRIES = 12;
/** What a chain goes on with: beyond it differences between libraries grow into results of their own. */
const LARGEST = 1e6;

/**
 * Model number `index` of a stream: the families take turns, a third of the time with others in front and behind.
 * onnxruntime tells the shapes on the way.
 */
export async function randomModel(seed: number, index: number, reference: Reference): Promise<RandomModel> {
  const rng = createRng(Math.imul(seed, 0x9e3779b1) + index);
  const subject = FAMILIES[index % FAMILIES.length];
  const { since = 0, until = NEWEST_OPSET } = subject;
  const opset = rng.int(Math.max(OLDEST_OPSET, since), Math.min(NEWEST_OPSET, until));
  const length = rng.uniform() < CHAINS ? rng.int(2, LONGEST) : 1;
  const alone: Chain = { builder: new Builder(rng, opset), ops: [] };

  const may = (family: Family) => subject.nature !== 'step' || family.nature !== 'close';
  let chain = alone;
  for (let i = rng.int(0, length - 1); i > 0; i--) chain = (await longer(chain, reference, may)) ?? chain;
  chain = must(attempt(chain, subject) ?? attempt(alone, subject), subject.op);
  let tail = chain.ops.length < length ? await reach(chain, reference) : null;
  while (tail && chain.ops.length < length) {
    tail = await longer(tail, reference);
    chain = tail ?? chain;
  }
  return {
    ...chain.builder.model(outputsOf(chain)),
    index,
    op: subject.op,
    chain: chain.ops,
    exact: chain.builder.exact,
  };
}

interface Chain {
  readonly builder: Builder;
  readonly ops: readonly string[];
}

/** The chain with one operator more of those that may follow, if a few tries find one that onnxruntime runs. */
async function longer(chain: Chain, reference: Reference, may = (_: Family) => true): Promise<Chain | null> {
  const { rng, opset } = chain.builder;
  for (let i = 0; i < TRIES; i++) {
    const family = FAMILIES[rng.int(0, FAMILIES.length - 1)];
    const next = runs(family, opset) && may(family) ? attempt(chain, family) : null;
    const reached = next && (await reach(next, reference));
    if (reached) return reached;
  }
  return null;
}

function runs({ since = OLDEST_OPSET, until = NEWEST_OPSET }: Family, opset: number): boolean {
  return since <= opset && opset <= until;
}

/** The chain with one operator more, or null where it cannot follow. */
function attempt({ builder, ops }: Chain, family: Family): Chain | null {
  if (family.nature === 'step' && !builder.exact) return null;
  const longer = builder.copy();
  try {
    family.make(longer);
  } catch (error) {
    if (error instanceof Unfit) return null;
    throw error;
  }
  longer.exact &&= family.nature !== 'close';
  return { builder: longer, ops: [...ops, family.op] };
}

/** The chain with its outputs for the next operator to work on. Null where onnxruntime has none, or no tame ones. */
async function reach(chain: Chain, reference: Reference): Promise<Chain | null> {
  const { builder } = chain;
  const results = await reference(builder.model());
  const values = builder.outputs.flatMap((name) => {
    const tensor = results?.get(name);
    return tensor && isTame(tensor) ? [{ name, dtype: tensor.dtype, shape: tensor.shape, tensor }] : [];
  });
  if (values.length === 0) return null;
  builder.previous = builder.pick(values);
  builder.made.push(...values);
  return chain;
}

function isTame(tensor: Tensor): boolean {
  const numbers = numbersOf(tensor);
  return numbers.length > 0 && numbers.every((x) => Math.abs(x) <= LARGEST);
}

/** What the last operator makes, of the others half of what nobody reads and some of the rest. */
function outputsOf({ builder }: Chain): ValueName[] {
  const read = new Set(builder.nodes.flatMap(({ inputs }) => inputs));
  const kept = builder.made.filter(({ name }) => builder.chance(read.has(name) ? 0.15 : 0.5)).map(({ name }) => name);
  return [...new Set([...builder.outputs, ...kept])];
}
