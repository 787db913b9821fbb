import { typeOf } from '../../ir/graph.ts';
import type { Graph, Node, Range, Tensor, ValueName } from '../../ir/types.ts';
import { affineOfRange, codeRange } from '../../quant/affine.ts';

/** Values that share a scale, and what stands for them in a simulation. */
export interface CodedGroup {
  readonly members: readonly ValueName[];
  readonly range: Range;
}

/**
 * A float graph in which these values are rounded to codes before they are read, and the names of the inputs that say to
 * which: so one graph serves any ranges.
 *
 *     coded = s clamp(round(x / s), lowest - zero point, highest - zero point)
 */
export interface Simulation {
  readonly graph: Graph;
  /** Its further inputs for one of the groups, and what they are for this range. */
  parameters(group: number, range: Range): [ValueName, Tensor][];
}

const PARAMETERS = ['inverse', 'scale', 'lowest', 'highest'] as const;

export function simulateCodes(graph: Graph, groups: readonly CodedGroup[]): Simulation {
  const types = new Map(graph.types);
  const fresh = (hint: string): ValueName => {
    let name = hint;
    while (types.has(name)) name += "'";
    return name;
  };
  const coded = new Map<ValueName, ValueName>();
  const parameters = groups.map((_, group) =>
    PARAMETERS.map((parameter) => {
      const name = fresh(`codes.${group}.${parameter}`);
      types.set(name, { dtype: 'f32', shape: [], quant: null });
      return name;
    }),
  );

  const nodes: Node[] = graph.inputs.flatMap(code);
  for (const node of graph.nodes) {
    nodes.push({ ...node, inputs: node.inputs.map((input) => (input !== null && coded.get(input)) || input) });
    for (const output of node.outputs) if (output !== null) nodes.push(...code(output));
  }
  return {
    graph: { ...graph, inputs: [...graph.inputs, ...parameters.flat()], nodes, types },
    parameters: parametersOf,
  };

  /** The nodes that round a value of some group. */
  function code(value: ValueName): Node[] {
    const group = groups.findIndex(({ members }) => members.includes(value));
    if (group < 0) return [];
    const [inverse, scale, lowest, highest] = parameters[group];
    const steps = addNode('Mul', [value, inverse]);
    const rounded = addNode('Round', [steps.outputs[0]]);
    const clamped = addNode('Clip', [rounded.outputs[0], lowest, highest]);
    const real = addNode('Mul', [clamped.outputs[0], scale]);
    coded.set(value, real.outputs[0]);
    return [steps, rounded, clamped, real];

    function addNode(op: string, inputs: ValueName[]): Node & { outputs: [ValueName] } {
      const name = fresh(`${value}.coded`);
      types.set(name, typeOf(graph, value));
      return { op, domain: '', name, inputs, outputs: [name], attributes: {}, clip: null };
    }
  }

  function parametersOf(group: number, { min, max, bits = 8 }: Range): [ValueName, Tensor][] {
    const codes = codeRange(bits);
    const { scale, zeroPoint } = affineOfRange(min, max, codes);
    return [1 / scale, scale, codes.min - zeroPoint, codes.max - zeroPoint].map((number, i): [ValueName, Tensor] => [
      parameters[group][i],
      { dtype: 'f32', shape: [], data: Float32Array.of(number) },
    ]);
  }
}
