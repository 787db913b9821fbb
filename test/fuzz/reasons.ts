import type { Outcome, Verdict } from './outcome.ts';

/** Why models ended with this verdict: the reason, how often for which operators. */
export interface Reason {
  readonly text: string;
  readonly operators: ReadonlyMap<string, number>;
  readonly models: number;
}

/** The commonest first. */
export function reasonsOf(outcomes: readonly Outcome[], verdict: Verdict): Reason[] {
  const found = new Map<string, Map<string, number>>();
  for (const outcome of outcomes) {
    if (outcome.verdict !== verdict) continue;
    const [operator, text] = read(outcome);
    const operators = found.get(text) ?? new Map<string, number>();
    found.set(text, operators.set(operator, (operators.get(operator) ?? 0) + 1));
  }
  const count = (operators: ReadonlyMap<string, number>) => [...operators.values()].reduce((a, c) => a + c, 0);
  return [...found]
    .map(([text, operators]) => ({ text, operators: new Map([...operators].sort()), models: count(operators) }))
    .sort((a, b) => b.models - a.models || (a.text < b.text ? -1 : 1));
}

/** What onnxruntime and nibblec say, by what is in it: the operator and the reason. */
const FORMS: readonly (readonly [RegExp, (match: readonly string[]) => readonly [operator: string, text: string]])[] = [
  [/Could not find an implementation for (\w+)/, ([, op]) => [op, 'onnxruntime has no kernel for the type']],
  [
    /Type 'tensor\((\w+)\)' of input .* operator \((\w+)\)/,
    ([, type, op]) => [op, `not defined for ${type} in this opset`],
  ],
  [/running (\w+) node.*Status Message: (.+)/, ([, op, text]) => [op, `onnxruntime: ${general(text)}`]],
  [/layout_ == 0 was false/, () => ['', 'onnxruntime has no recurrent layers with layout = 1']],
  [/cannot become C; (\w+) .*? -> [^:]*: ([^;]+)/, ([, op, text]) => [op, text]],
];

function read({ model, verdict, reason }: Outcome): readonly [operator: string, text: string] {
  if (verdict === 'off') return [reason.slice(0, reason.indexOf(':')), reason.slice(reason.indexOf(':') + 2)];
  for (const [form, name] of FORMS) {
    const match = form.exec(reason);
    if (!match) continue;
    const [operator, text] = name(match);
    return [operator || model.op, text];
  }
  return [model.op, general(reason.replace(/^[A-Z]+: /, ''))];
}

/** Without names of values, paths and numbers that differ from model to model. */
function general(text: string): string {
  return text
    .replace(/\/\S+ (?=\S+\()/g, '')
    .replace(/'?\b[nxyc]\d+\b'?/g, 'it')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, '[..]')
    .replace(/(?<![a-z\d])\d+/gi, 'N')
    .slice(0, 140);
}
