import { tensorOf } from '../../ir/tensor.ts';
import { showNode } from '../bad-model.ts';
import type { RawNode } from '../border/raw-model.ts';
import type { FlatGraph } from '../flat-graph.ts';
import type { Binding } from '../flat-node.ts';
import { givenFor } from '../sizes/capacities.ts';
import type { Foresight } from './foresight.ts';
import type { Site } from './site.ts';

/** The place of a node with subgraphs in a flat graph; `inlining` puts these there. */
export function openSite(
  flat: FlatGraph,
  foresight: Foresight,
  node: RawNode,
  { inputs, outputs, attributes }: Binding,
  inlining: Pick<Site, 'become' | 'inline'>,
): Site {
  const prefix = node.name || node.outputs.find((output) => output !== '') || node.op;
  const add: Site['add'] = (op, from, attributes = {}) => {
    flat.count();
    const name = flat.unique.fresh(`${prefix}.${op.toLowerCase()}`);
    const refused = from.flatMap((input) => flat.refused.get(input) ?? []).join('; ') || null;
    flat.push({ op, domain: '', name, inputs: from, outputs: [name], attributes, opset: flat.opset, refused });
    return name;
  };
  const hold: Site['hold'] = (tensor, hint) => {
    const name = flat.unique.fresh(`${prefix}.${hint}`);
    flat.hold(name, tensor);
    return name;
  };
  return {
    node,
    where: showNode(node),
    opset: flat.opset,
    inputs,
    attributes,
    capacity: givenFor({ name: node.name, outputs }, flat.capacities),
    constant: (value) => foresight.constant(value, flat),
    type: (value) => foresight.type(value, flat),
    add,
    hold,
    series: (values) => void flat.series.push(values),
    places(count, capacity) {
      const [start, step] = [0, 1].map((n) => hold(tensorOf('i64', [], [n]), 'number'));
      const places = add('Range', [start!, count, step!]);
      flat.capacities.set(places, capacity);
      return places;
    },
    ...inlining,
  };
}
