import type { Tensor, ValueName } from '../ir/types.ts';
import { badModel } from './bad-model.ts';
import type { FlatNode } from './flat-node.ts';
import type { Capacities } from './sizes/capacities.ts';
import { UniqueNames } from './unique-names.ts';

/** Far beyond any model that fits a microcontroller; the time a file takes grows with it. */
export const MAX_COUNT = 100_000;

/** A graph without functions, branches and loops that is still growing. */
export class FlatGraph {
  readonly nodes: FlatNode[] = [];
  /** By the value that it makes: its place among the nodes. */
  readonly makers = new Map<ValueName, number>();
  readonly constants = new Map<ValueName, Tensor>();
  /** Constants that cannot be used, with the reason. */
  readonly refused = new Map<ValueName, string>();
  readonly unique = new UniqueNames();
  /** What a value of a loop's body is in each turn, with what the first one begins with. */
  readonly series: (readonly ValueName[])[] = [];
  /** How many results, or turns, fit, by name. */
  readonly capacities: Map<string, number>;
  /** Of the nodes we add. */
  readonly opset: number;
  private steps = 0;

  constructor(opset: number, capacities: Capacities) {
    this.opset = opset;
    this.capacities = new Map(capacities);
  }

  push(node: FlatNode): void {
    for (const output of node.outputs) if (output) this.makers.set(output, this.nodes.length);
    this.nodes.push(node);
  }

  hold(value: ValueName, tensor: Tensor | string): void {
    if (typeof tensor === 'string') this.refused.set(value, tensor);
    else this.constants.set(value, tensor);
  }

  /** One more node, wherever it comes from. */
  count(): void {
    if (++this.steps > MAX_COUNT)
      badModel(`the model has more than ${MAX_COUNT} nodes, the turns of its loops included`);
  }
}
