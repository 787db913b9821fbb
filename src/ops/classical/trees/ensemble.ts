import { intsAttribute, numbersOf } from '../../../ir/attributes.ts';
import type { Node, Tensor } from '../../../ir/types.ts';

/** Comparisons of a feature with a node's number that lead to the branch `yes`. */
export const MODES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'] as const;
export type Mode = (typeof MODES)[number];

export interface Split {
  readonly feature: number;
  readonly mode: Mode;
  readonly value: number;
  /** A feature that is no number goes to `yes`; else the comparison decides. */
  readonly missingIsYes: boolean;
  readonly yes: Place;
  readonly no: Place;
}

/** A number of `splits`, or of `leaves`. */
export type Place = { readonly split: number } | { readonly leaf: number };

/** What a leaf adds to which target. */
export type Leaf = readonly { readonly target: number; readonly weight: number }[];

/** Trees with all of their nodes, those of a tree one after the other: first a node, then its branch `yes`, then `no`. */
export interface Ensemble {
  readonly roots: readonly Place[];
  readonly splits: readonly Split[];
  readonly leaves: readonly Leaf[];
}

/** Of TreeEnsembleRegressor and TreeEnsembleClassifier (`prefix` 'target' and 'class'), or a sentence on what is wrong with it. */
export function readEnsemble(node: Node, prefix: string): Ensemble | string {
  const list = (name: string) => intsAttribute(node, name, []);
  const trees = list('nodes_treeids');
  const modes = node.attributes.nodes_modes as readonly string[] | undefined;
  const columns = {
    nodes_nodeids: list('nodes_nodeids'),
    nodes_featureids: list('nodes_featureids'),
    nodes_modes: modes ?? [],
    nodes_values: numbersAt(node, 'nodes_values'),
    nodes_truenodeids: list('nodes_truenodeids'),
    nodes_falsenodeids: list('nodes_falsenodeids'),
  };
  const uneven = Object.entries(columns).find(([, { length }]) => length !== trees.length);
  if (uneven) return `${uneven[0]} has ${uneven[1].length} elements for ${trees.length} nodes`;
  if (trees.length === 0) return 'it has no nodes';
  const missing = list('nodes_missing_value_tracks_true');
  const ids = new Map(trees.map((tree, i) => [`${tree} ${columns.nodes_nodeids[i]}`, i]));
  if (ids.size < trees.length) return 'two nodes of a tree have one number';
  const leaves = leavesOf(node, prefix, ids);
  if (typeof leaves === 'string') return leaves;
  return new Walk(trees, columns as Columns, missing, ids, leaves).run();
}

/** A list of floats, or the tensor of doubles that took its place in version 3. */
export function numbersAt(node: Node, name: string): readonly number[] {
  const tensor = node.attributes[`${name}_as_tensor`] as Tensor | undefined;
  return tensor ? numbersOf(tensor) : intsAttribute(node, name, []);
}

/** Leaves of one tree. */
export function leavesBelow(root: Place, { splits, leaves }: Ensemble): Leaf[] {
  const found: Leaf[] = [];
  const open = [root];
  for (let place = open.pop(); place; place = open.pop()) {
    if ('split' in place) open.push(splits[place.split].yes, splits[place.split].no);
    else found.push(leaves[place.leaf]);
  }
  return found;
}

interface Columns {
  readonly nodes_nodeids: readonly number[];
  readonly nodes_featureids: readonly number[];
  readonly nodes_modes: readonly string[];
  readonly nodes_values: readonly number[];
  readonly nodes_truenodeids: readonly number[];
  readonly nodes_falsenodeids: readonly number[];
}

function leavesOf(node: Node, prefix: string, ids: ReadonlyMap<string, number>): Map<number, Leaf> | string {
  const list = (name: string) => intsAttribute(node, `${prefix}_${name}`, []);
  const [trees, nodes, targets] = [list('treeids'), list('nodeids'), list('ids')];
  const weights = numbersAt(node, `${prefix}_weights`);
  if (new Set([trees, nodes, targets, weights].map(({ length }) => length)).size > 1)
    return `${prefix}_treeids, ${prefix}_nodeids, ${prefix}_ids and ${prefix}_weights are not of one length`;
  const leaves = new Map<number, { target: number; weight: number }[]>();
  for (const [i, target] of targets.entries()) {
    const at = ids.get(`${trees[i]} ${nodes[i]}`);
    if (at === undefined) return `${prefix}_nodeids names node ${nodes[i]} of tree ${trees[i]}, which there is not`;
    const leaf = leaves.get(at) ?? [];
    leaf.push({ target, weight: weights[i] });
    leaves.set(at, leaf);
  }
  return leaves;
}

/** From the roots, which come first of their trees, with a list in the place of recursion: trees may be deep. */
class Walk {
  private readonly splits: { -readonly [K in keyof Split]: Split[K] }[] = [];
  private readonly leaves: Leaf[] = [];
  private readonly seen = new Set<number>();

  constructor(
    private readonly trees: readonly number[],
    private readonly columns: Columns,
    private readonly missing: readonly number[],
    private readonly ids: ReadonlyMap<string, number>,
    private readonly weights: ReadonlyMap<number, Leaf>,
  ) {}

  run(): Ensemble | string {
    const firsts = new Map<number, number>();
    for (const [i, tree] of this.trees.entries()) if (!firsts.has(tree)) firsts.set(tree, i);
    const roots: Place[] = [];
    for (const first of firsts.values()) {
      const root = this.tree(first, roots);
      if (root !== null) return root;
    }
    if (this.seen.size < this.trees.length) return 'a node of it can be reached from no root';
    return { roots, splits: this.splits, leaves: this.leaves };
  }

  /** Places of the tree at `first`; a sentence where it is none. */
  private tree(first: number, roots: Place[]): string | null {
    const open: [node: number, settle: (place: Place) => void][] = [[first, (place) => roots.push(place)]];
    for (let next = open.pop(); next; next = open.pop()) {
      const [i, settle] = next;
      if (this.seen.has(i)) return `node ${this.columns.nodes_nodeids[i]} of tree ${this.trees[i]} is reached twice`;
      this.seen.add(i);
      const mode = this.columns.nodes_modes[i];
      if (mode === 'LEAF') {
        settle({ leaf: this.leaves.push(this.weights.get(i) ?? []) - 1 });
        continue;
      }
      if (!MODES.includes(mode as Mode)) return `a node has the mode '${mode.slice(0, 40)}'`;
      const split = this.split(i, mode as Mode);
      settle({ split: this.splits.push(split) - 1 });
      const branches = { no: this.columns.nodes_falsenodeids[i], yes: this.columns.nodes_truenodeids[i] };
      for (const side of ['no', 'yes'] as const) {
        const at = this.ids.get(`${this.trees[i]} ${branches[side]}`);
        if (at === undefined)
          return `a branch leads to node ${branches[side]} of tree ${this.trees[i]}, which there is not`;
        open.push([
          at,
          (place) => {
            split[side] = place;
          },
        ]);
      }
    }
    return null;
  }

  private split(i: number, mode: Mode): { -readonly [K in keyof Split]: Split[K] } {
    const { nodes_featureids, nodes_values } = this.columns;
    const nowhere = { leaf: -1 } as Place;
    const missingIsYes = this.missing[i] === 1;
    return { feature: nodes_featureids[i], mode, value: nodes_values[i], missingIsYes, yes: nowhere, no: nowhere };
  }
}
