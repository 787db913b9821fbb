import type { Call } from '../../ir/program.ts';
import type { Graph } from '../../ir/types.ts';
import { UserError } from '../../support/errors.ts';
import { nearestName } from '../../support/nearest.ts';

/** Layers that an error lists. */
const MOST_NAMES = 12;

/**
 * The chooser refuses kernels that cannot compute a layer; what it never got to see is refused here.
 * @param pins kernel by node name
 * @throws UserError BAD_ARGUMENT
 */
export function checkPins(pins: ReadonlyMap<string, string>, calls: readonly Call[], graph: Graph): void {
  const layers = calls.flatMap(({ kernel, node }) => (kernel === undefined ? [] : [node]));
  const lost = [...pins.keys()].filter((name) => !layers.includes(name));
  if (lost.length === 0) return;
  const nodes = new Map(graph.nodes.map(({ name, op }) => [name, op]));
  const because = lost.map((name) => {
    const op = nodes.get(name);
    return op === undefined ? `there is no layer '${name}'` : `${op} '${name}' is computed in one way only`;
  });
  const nearest = lost.length === 1 ? nearestName(lost[0], layers) : null;
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `no kernel can be chosen for ${lost.map((name) => `'${name}'`).join(', ')}`,
    because,
    hint: nearest ? `did you mean '${nearest}'?` : whatThereIs([...new Set(layers)]),
  });
}

function whatThereIs(layers: readonly string[]): string {
  if (layers.length === 0) return 'leave --kernels out: no layer of the model has kernels to choose from';
  const more = layers.length > MOST_NAMES ? ` and ${layers.length - MOST_NAMES} more` : '';
  return `layers with kernels to choose from: ${layers.slice(0, MOST_NAMES).join(', ')}${more}`;
}
