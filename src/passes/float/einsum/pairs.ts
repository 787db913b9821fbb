import { type GraphDraft, typeOf } from '../../../ir/graph.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Graph, Node, Shape } from '../../../ir/types.ts';
import { type Equation, letterSizes } from '../../../ops/einsum.ts';
import { real, sizesOf } from './terms.ts';

/** Two operands of several, by their numbers, and what their product has to have. */
export interface Pair {
  readonly places: readonly number[];
  readonly letters: string;
  readonly shape: Shape;
}

/** The two whose product is smallest, if it is no larger than all that is there anyway. */
export function smallestPair(graph: Graph, node: Node, equation: Equation): Pair | null {
  const shapes = node.inputs.map((value) => typeOf(graph, value).shape);
  const terms = equation.inputs;
  const pairs = terms.flatMap((_, i) =>
    terms.slice(i + 1).map((_, j): Pair => {
      const places = [i, i + 1 + j];
      const inputs = places.map((place) => terms[place]!);
      const sizes = letterSizes(
        { inputs, output: '' },
        places.map((place) => ({ shape: shapes[place]! })),
      );
      const letters = lettersLeft(equation, places);
      return { places, letters, shape: sizesOf(letters, sizes) };
    }),
  );
  const best = pairs.reduce((a, b) => (elementCount(b.shape) < elementCount(a.shape) ? b : a));
  const most = Math.max(elementCount(typeOf(graph, node.outputs[0]).shape), ...shapes.map(elementCount));
  return elementCount(best.shape) <= most ? best : null;
}

/** What of the letters of some operands the others or the result still need. */
function lettersLeft({ inputs, output }: Equation, places: readonly number[]): string {
  const needed = inputs.filter((_, i) => !places.includes(i)).join('') + output;
  const own = new Set(places.map((i) => inputs[i]).join(''));
  return [...own].filter((letter) => needed.includes(letter)).join('');
}

/** The pair first, then the others with its product; letters of their own, since digits stand for an ellipsis. */
export function joinPair(edit: GraphDraft, node: Node, equation: Equation, { places, letters, shape }: Pair): void {
  const { inputs, output } = equation;
  const all = [...new Set(inputs.join(''))];
  const plain = (part: string) => part.replace(/\w/g, (letter) => ALPHABET[all.indexOf(letter)]!);
  const text = (terms: readonly string[], to: string) => plain(`${terms.join()}->${to}`);
  const rest = inputs.flatMap((_, i) => (places.includes(i) ? [] : [i]));
  const first = {
    op: 'Einsum',
    name: `${node.name}.pair`,
    inputs: places.map((i) => node.inputs[i]!),
    attributes: { equation: text(termsAt(inputs, places), letters) },
  };
  const together = edit.node(first, real(shape), `${node.outputs[0]}.pair`);
  const attributes = { equation: text([...termsAt(inputs, rest), letters], output) };
  edit.update(node, { inputs: [...rest.map((i) => node.inputs[i]!), together], attributes });
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function termsAt(terms: readonly string[], places: readonly number[]): string[] {
  return places.map((i) => terms[i]!);
}
