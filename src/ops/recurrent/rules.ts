import { intAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { NodeFacts, Rule } from '../op-def.ts';
import { bounded, dimension, inputs, oneOf, outputs, rank, values } from '../support/rules.ts';
import { fits } from '../support/shape-rule.ts';

const directions = ({ node }: NodeFacts) => (stringAttribute(node, 'direction', 'forward') === 'bidirectional' ? 2 : 1);
const batchFirst = ({ node }: NodeFacts) => intAttribute(node, 'layout', 0) === 1;
const steps = (facts: NodeFacts) => dimension(0, batchFirst(facts) ? 1 : 0)(facts);
const batch = (facts: NodeFacts) => dimension(0, batchFirst(facts) ? 0 : 1)(facts);

/** T steps of B samples of I numbers, D directions of H cells with `gates` gates each. */
export function recurrentRules(gates: number, activations: number): readonly Rule[] {
  const lstm = gates === 4;
  const state = (facts: NodeFacts) => (batchFirst(facts) ? 'B D H' : 'D B H');
  const words = { B: batch, D: directions, H: dimension(2, 2) };
  return [
    inputs(3, lstm ? 8 : 6),
    outputs(lstm ? 3 : 2),
    bounded('layout', 0, 0, 1),
    oneOf('direction', 'forward', 'reverse', 'bidirectional'),
    rank(0, 3),
    rank(2, 3),
    hiddenSize,
    (facts) =>
      fits(
        {
          X: batchFirst(facts) ? 'B ? I' : '? B I',
          W: `D ${gates}H I`,
          R: `D ${gates}H H`,
          B: `D ${2 * gates}H`,
          sequence_lens: 'B',
          initial_h: state(facts),
          initial_c: state(facts),
          P: 'D 3H',
        },
        words,
      )(facts),
    values(4, 'sequence_lens', 0, steps),
    (facts) => countActivations(facts, activations),
  ];
}

/** The attribute may be left out: then R says it. */
function hiddenSize(facts: NodeFacts): string | null {
  const own = dimension(2, 2)(facts);
  const given = intAttribute(facts.node, 'hidden_size', own);
  return given === own ? null : `hidden_size is ${given}, the recurrent weights R are for ${own}`;
}

function countActivations(facts: NodeFacts, perDirection: number): string | null {
  const given = facts.node.attributes.activations;
  const wanted = perDirection * directions(facts);
  if (!Array.isArray(given) || given.length === 0 || given.length === wanted) return null;
  return `it names ${given.length} activations, not ${wanted}`;
}
