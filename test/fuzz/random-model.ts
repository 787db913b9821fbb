import { NEWEST_OPSET } from '../../src/frontend/opset.ts';
import type { Tensor, ValueName } from '../../src/ir/types.ts';
import { createRng } from '../../src/numerics/rng.ts';
import { must } from '../../src/support/errors.ts';
import { Builder, type FuzzModel, Unfit } from './builder.ts';
import { FAMILIES } from './families/index.ts';
import type { Family } from './family.ts';

export interface RandomModel extends FuzzModel {
  readonly index: number;
  /** The operator that the model is there for: its last one. */
  readonly op: string;
  /** Operators of the chain before it. */
  readonly before: readonly string[];
  /** Its results have the same bits in every implementation. */
  readonly exact: boolean;
}

/** What onnxruntime makes of a model: every output, or null where it refuses. */
export type Reference = (model: FuzzModel) => Promise<ReadonlyMap<ValueName, Tensor> | null>;

const OLDEST_OPSET = 7;
/** How often a chain gets one node more. */
const CHAIN = 0.3;
const MAX_CHAIN = 5;

/**
 * Model number `index` of a stream: the families take turns as its last node, in front of it up to four others.
 * onnxruntime tells the shapes on the way.
 */
export async function randomModel(seed: number, index: number, reference: Reference): Promise<RandomModel> {
  const rng = createRng(Math.imul(seed, 0x9e3779b1) + index);
  const last = FAMILIES[index % FAMILIES.length];
  const opset = rng.int(Math.max(OLDEST_OPSET, last.since ?? 0), Math.min(NEWEST_OPSET, last.until ?? NEWEST_OPSET));
  let chain: Chain = { builder: new Builder(rng, opset), before: [], exact: true };
  while (chain.before.length < MAX_CHAIN - 1 && rng.uniform() < CHAIN) {
    const family = FAMILIES[rng.int(0, FAMILIES.length - 1)];
    if (!runs(family, opset) || (last.nature === 'step' && family.nature === 'close')) continue;
    chain = (await longer(chain, family, reference)) ?? chain;
  }
  const whole = attempt(chain, last) ?? attempt({ builder: new Builder(rng, opset), before: [], exact: true }, last);
  const { builder, before, exact } = must(whole, last.op);
  return { ...builder.model(), index, op: last.op, before: before.slice(0, -1), exact };
}

interface Chain {
  readonly builder: Builder;
  readonly before: readonly string[];
  /** The value it has reached has the same bits everywhere. */
  readonly exact: boolean;
}

function runs({ since = OLDEST_OPSET, until = NEWEST_OPSET }: Family, opset: number): boolean {
  return since <= opset && opset <= until;
}

/** The chain with one node more, or null where the family cannot follow. */
function attempt(chain: Chain, family: Family): Chain | null {
  if (family.nature === 'step' && !chain.exact) return null;
  const builder = chain.builder.copy();
  try {
    family.make(builder);
  } catch (error) {
    if (error instanceof Unfit) return null;
    throw error;
  }
  return { builder, before: [...chain.before, family.op], exact: chain.exact && family.nature !== 'close' };
}

/** The same, and the next node shall work on one of its outputs. Null where onnxruntime has none. */
async function longer(chain: Chain, family: Family, reference: Reference): Promise<Chain | null> {
  const next = attempt(chain, family);
  if (!next) return null;
  const { builder } = next;
  const values = await reference(builder.model());
  const name = builder.pick(builder.outputs);
  const tensor = values?.get(name);
  if (!tensor || tensor.data.length === 0) return null;
  builder.previous = { name, dtype: tensor.dtype, shape: tensor.shape };
  return next;
}
