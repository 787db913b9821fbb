import type { Goal, LayerSpec, LowerBuilder, Operand } from '../ir/lowering.ts';
import type { Work } from '../ir/program.ts';
import type { Feature } from '../targets/target.ts';

/** What every description of a layer has that kernels are chosen for. */
export interface Job {
  /** Name of the node, for tables and messages. */
  readonly name: string;
  /** Computed inputs and output; none where the kernel reads and writes them itself and says how they overlap. */
  readonly reads: readonly Operand[];
  readonly y: Operand | null;
  /** A tensor like the output that is added to it, element by element as it is written. */
  readonly addend?: Operand;
  /** Of the core. */
  readonly features: ReadonlySet<string>;
}

/** The block that an inner loop computes: outputs (rows of weights) times pixels, `depth` products at a time. */
export interface Tile {
  readonly outputs: number;
  readonly pixels: number;
  readonly depth: number;
}

/**
 * Where the output may lie over the input: `atLeast` n bytes below it, or `exactly` n bytes below it and nowhere else. Null:
 * nowhere.
 */
export type OverlapRule = { readonly atLeast: number } | { readonly exactly: number } | null;

/**
 * One way to compute a layer. `id` is the name of its C function without nn_, of its file, of its row in reports and
 * benchmarks.
 */
export interface Kernel<J extends Job> {
  readonly id: string;
  /** The kernel that does most of its work, if another one. */
  readonly pricedAs?: string;
  /** Features without which a core cannot run it. */
  readonly needs: readonly Feature[];
  /** Goals that pay for its tables; without a goal among them it is taken where it is pinned only. Absent: all. */
  readonly goals?: readonly Goal[];
  readonly tile: Tile | null;
  /** It adds where others multiply: where it accepts a layer, multiplications are dear or missing, and no other is asked. */
  readonly avoidsMultiplication?: true;
  /** It computes layers with an addend as well. */
  readonly adds?: true;
  /** True, or why it cannot compute this layer, as a sentence for reports. */
  accepts(job: J): true | string;
  /** Temporary memory in the arena. */
  scratchBytes(job: J): number;
  overlap(job: J): OverlapRule;
  /** What its loops do in one inference (work.ts); cost.ts makes instructions of it. */
  work(job: J): Work;
  /** Bytes of tables. */
  tableBytes(job: J): number;
  /** Whether its code is among the smallest that computes such a layer. Absent: no. */
  compact?(job: J): boolean;
  /** Adds tables and scratch and says how the layer is written; the chooser adds names, and the overlap where none is said. */
  build(job: J, lower: LowerBuilder): LayerSpec;
}
