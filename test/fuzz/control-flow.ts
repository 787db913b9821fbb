import type { onnx } from 'onnx-proto';
import { createRng } from '../../src/numerics/rng.ts';
import { floats, input, ints, type ModelParts, node } from '../frontend/proto.ts';
import { body } from '../frontend/subgraphs.ts';

export interface ControlFlow extends ModelParts {
  /** Of loops whose number of turns is computed. */
  readonly capacities: ReadonlyMap<string, number>;
}

const [ROWS, COLUMNS] = [2, 4];
const SIZE = ROWS * COLUMNS;

/** Branches in loops in scans, as the seed has it: each value is [2,4], and bodies read what is around them. */
export function randomControlFlow(seed: number): ControlFlow {
  const rng = createRng(seed);
  const capacities = new Map<string, number>();
  let count = 0;
  const fresh = (hint: string) => `${hint}${count++}`;
  const pick = <T>(list: readonly T[]): T => list[rng.int(0, list.length - 1)]!;

  /** Nodes that make a value of those that are seen. */
  const make = (seen: readonly string[], depth: number): [nodes: onnx.INodeProto[], value: string] => {
    const kinds = depth > 0 ? [plain, choice, turns, turns, counted, scanned] : [plain];
    const [nodes, value] = pick(kinds)(seen, depth - 1);
    const [y, t] = [fresh('y'), fresh('t')];
    // Bounded, and not the same all over.
    return [[...nodes, node('Add', [value, pick(seen)], [t]), node('Tanh', [t], [y])], y];
  };

  function plain(seen: readonly string[]): [onnx.INodeProto[], string] {
    const y = fresh('p');
    return [
      [pick([node('MatMul', [pick(seen), 'w'], [y]), node('Relu', [pick(seen)], [y]), node('Neg', [pick(seen)], [y])])],
      y,
    ];
  }

  function choice(seen: readonly string[], depth: number): [onnx.INodeProto[], string] {
    const [mean, flag, y] = [fresh('mean'), fresh('flag'), fresh('if')];
    const branch = () => {
      const [nodes, value] = make(seen, depth);
      return body([], nodes, [value]);
    };
    const asked = [
      node('ReduceMean', [pick(seen)], [mean], { keepdims: 0 }),
      node('Greater', [mean, 'nought'], [flag]),
    ];
    return [[...asked, node('If', [flag], [y], { then_branch: branch(), else_branch: branch() })], y];
  }

  function turns(seen: readonly string[], depth: number): [onnx.INodeProto[], string] {
    return looped(seen, depth, pick(['two', 'five']), pick([0, 1]) === 1);
  }

  /** As many turns as elements are positive, each of which is asked for. */
  function counted(seen: readonly string[], depth: number): [onnx.INodeProto[], string] {
    const [above, ones, turns] = [fresh('above'), fresh('ones'), fresh('turns')];
    const [nodes, y] = looped(seen, depth, turns, false);
    capacities.set(y, SIZE);
    const asked = [
      node('Greater', [pick(seen), 'nought'], [above]),
      node('Cast', [above], [ones], { to: 7 }),
      node('ReduceSum', [ones], [turns], { keepdims: 0 }),
    ];
    return [[...asked, ...nodes], y];
  }

  function looped(seen: readonly string[], depth: number, count: string, rows: boolean): [onnx.INodeProto[], string] {
    const [h, y, all, most] = [fresh('h'), fresh('loop'), fresh('rows'), fresh('most')];
    const [nodes, value] = make([...seen, h], depth);
    const loop = node('Loop', [count, '', pick(seen)], rows ? [y, all] : [y], {
      body: body(['i', 'c', h], nodes, rows ? ['c', value, value] : ['c', value]),
    });
    return rows ? [[loop, node('ReduceMax', [all, 'first'], [most], { keepdims: 0 })], most] : [[loop], y];
  }

  function scanned(seen: readonly string[]): [onnx.INodeProto[], string] {
    const [x, axis] = [pick(seen), pick([0, 1])];
    const [start, last, y, s, e, n] = ['start', 'last', 'scan', 's', 'e', 'n'].map(fresh) as [string, ...string[]];
    const backwards = [pick([0, 1])];
    const scan = node('Scan', [start, x], [last!, y!], {
      num_scan_inputs: 1,
      scan_input_axes: [axis],
      scan_input_directions: backwards,
      scan_output_axes: [axis],
      scan_output_directions: backwards,
      body: body([s!, e!], [node('Add', [s!, e!], [`${n}a`]), node('Tanh', [`${n}a`], [n!])], [n!, n!]),
    });
    return [[node('ReduceMean', [x, axis === 0 ? 'first' : 'second'], [start], { keepdims: 0 }), scan], y!];
  }

  const [nodes, value] = make(['x'], 3);
  const weights = Array.from({ length: COLUMNS * COLUMNS }, () => Math.fround(rng.normal() / 2));
  return {
    nodes,
    inputs: [input('x', [ROWS, COLUMNS])],
    outputs: [value],
    initializers: [
      floats('w', [COLUMNS, COLUMNS], weights),
      floats('nought', [], [0]),
      ints('first', [1], [0]),
      ints('second', [1], [1]),
      ints('two', [], [2]),
      ints('five', [], [5]),
    ],
    capacities,
  };
}
