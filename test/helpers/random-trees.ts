import type { Attribute } from '../../src/ir/types.ts';
import { createRng, type Rng } from '../../src/numerics/rng.ts';

export interface TreeOptions {
  readonly trees: number;
  readonly depth: number;
  readonly features: number;
  /** Targets, or classes. */
  readonly targets: number;
  readonly prefix: 'target' | 'class';
  readonly modes?: readonly string[];
  /** Whether NaN goes to the branch of a true comparison, now and then. */
  readonly missing?: boolean;
  /** Targets of a leaf: all of them, or one that the tree has or that each leaf has. */
  readonly leaves?: 'all' | 'tree' | 'leaf';
  readonly seed?: number;
  readonly weight?: (rng: Rng) => number;
}

/** Attributes of random trees, thresholds with one digit so that features meet them. */
export function randomTrees(options: TreeOptions): Record<string, Attribute> {
  const { trees, depth, features, targets, prefix, modes = ['BRANCH_LEQ'], missing, leaves = 'all' } = options;
  const rng = createRng(options.seed ?? 1);
  const pick = (count: number) => Math.floor(rng.uniform() * count);
  const weight = options.weight ?? ((own: Rng) => Math.fround(own.uniform() * 2 - 1));
  const nodes = { treeids: [], nodeids: [], featureids: [], truenodeids: [], falsenodeids: [] } as Record<
    string,
    number[]
  >;
  const [kinds, values, tracks]: [string[], number[], number[]] = [[], [], []];
  const own = { treeids: [], nodeids: [], ids: [], weights: [] } as Record<string, number[]>;
  for (let tree = 0; tree < trees; tree++) {
    let count = 0;
    const grow = (left: number): number => {
      const id = count++;
      const at = kinds.length;
      const isLeaf = left === 0 || rng.uniform() < 0.15;
      kinds.push(isLeaf ? 'LEAF' : modes[pick(modes.length)]);
      values.push(isLeaf ? 0 : Math.fround(Math.round(rng.uniform() * 20 - 10) / 10));
      tracks.push(missing && !isLeaf ? pick(2) : 0);
      for (const [name, value] of Object.entries({
        treeids: tree,
        nodeids: id,
        featureids: isLeaf ? 0 : pick(features),
      }))
        nodes[name].push(value);
      for (const name of ['truenodeids', 'falsenodeids']) nodes[name].push(0);
      if (isLeaf) {
        const all = Array.from({ length: targets }, (_, target) => target);
        const given = leaves === 'all' ? all : [leaves === 'tree' ? tree % targets : pick(targets)];
        for (const target of given) {
          for (const [name, value] of Object.entries({ treeids: tree, nodeids: id, ids: target, weights: weight(rng) }))
            own[name].push(value);
        }
        return id;
      }
      nodes.truenodeids[at] = grow(left - 1);
      nodes.falsenodeids[at] = grow(left - 1);
      return id;
    };
    grow(depth);
  }
  return {
    ...Object.fromEntries(Object.entries(nodes).map(([name, list]) => [`nodes_${name}`, list])),
    nodes_modes: kinds,
    nodes_values: values,
    ...(missing && { nodes_missing_value_tracks_true: tracks }),
    ...Object.fromEntries(Object.entries(own).map(([name, list]) => [`${prefix}_${name}`, list])),
  };
}
