import { tensorOf } from '../../src/ir/tensor.ts';
import type { Graph, Node, ValueName } from '../../src/ir/types.ts';

/** Texts that would break C if they came out of a comment or became an identifier unchanged. */
export const HOSTILE = [
  '*/ \n#error ESCAPED\n/*',
  '/* nested // \\\n#error ESCAPED\n',
  'a"; int escaped; /*"',
  "quote ' and tick ` and $(touch escaped)",
  // Trigraphs: a backslash at the end of the line, and the end of a comment.
  '*??/\n/ #error ESCAPED',
  '??/',
  // Closes a comment, or opens one, when backslashes become slashes.
  '*\\ #error ESCAPED',
  '/\\* nested',
  '\\',
  '\r\n#error ESCAPED\r',
  '\u2028#error ESCAPED\u2029 \u202e evil \u0000 \u001b[31m',
  'Ünïcödé 名前 🙂',
  '%s%n{{name}}{{{name}}}{{> partial}}',
  'int',
  'a b',
  'a_b',
  'A b',
  '0',
  '../../escaped',
  'x'.repeat(5000),
  '__proto__',
  'constructor',
] as const;

/** One Relu and one Add per hostile text, each text the name of a graph input, a constant, a node and an output. */
export function hostileNetwork(): Graph {
  const shape = [1, 3];
  const nodes: Node[] = [];
  const types = new Map<ValueName, Graph['types'] extends ReadonlyMap<string, infer T> ? T : never>();
  const constants = new Map<ValueName, ReturnType<typeof tensorOf>>();
  const declare = (name: ValueName) => {
    types.set(name, { dtype: 'f32', shape, quant: null });
    return name;
  };
  const inputs: ValueName[] = [];
  const outputs: ValueName[] = [];
  HOSTILE.forEach((text, i) => {
    const [input, constant, inner, output] = ['', '/k', '/i', '/o'].map((suffix) => declare(`${text}${suffix}`)) as [
      string,
      string,
      string,
      string,
    ];
    constants.set(constant, tensorOf('f32', shape, [i + 0.5, -i, 2]));
    nodes.push({
      op: 'Add',
      domain: '',
      name: text,
      inputs: [input, constant],
      outputs: [inner],
      attributes: {},
      clip: null,
    });
    nodes.push({
      op: 'Sin',
      domain: '',
      name: `${text}`,
      inputs: [inner],
      outputs: [output],
      attributes: {},
      clip: null,
    });
    inputs.push(input);
    outputs.push(output);
  });
  return { name: HOSTILE[0], inputs, outputs, nodes, types, constants };
}
