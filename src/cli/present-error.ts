import pc from 'picocolors';
import { printable } from '../report/printable.ts';
import { EXIT_STATUS, exitStatusOf, type Problem, UserError } from '../support/errors.ts';

export interface Presentation {
  readonly text: string;
  readonly exitCode: number;
}

export interface PresentOptions {
  /** One JSON document instead of text. */
  readonly json?: boolean;
  readonly color?: boolean;
  /** With stack traces (NIBBLEC_DEBUG=1). */
  readonly debug?: boolean;
  /** The folder of the package from here, 'node_modules/nibblec/': pages that hints name lie there. Default: here. */
  readonly home?: string;
}

/** The only place that formats errors. */
export function presentError(error: unknown, options: PresentOptions = {}): Presentation {
  const ours = !(error instanceof UserError);
  const code = ours ? 'INTERNAL' : error.problem.code;
  const problem = withPages(ours ? internalProblem(error) : error.problem, options.home ?? '');
  const exitCode = ours ? EXIT_STATUS.internal : exitStatusOf(error.problem.code);
  const trace = options.debug ? traceOf(error) : [];
  if (options.json)
    return {
      text: JSON.stringify({ error: { ...problem, code, ...(options.debug && { trace }) } }, null, 2),
      exitCode,
    };
  return {
    text: [...problemLines(code, problem, pc.createColors(options.color ?? false)), ...trace].join('\n'),
    exitCode,
  };
}

/** 'docs/few-bits.md' as a path that opens from here. */
function withPages<P extends { readonly hint?: string }>(problem: P, home: string): P {
  if (problem.hint === undefined) return problem;
  return { ...problem, hint: problem.hint.replace(/\bdocs\/[\w-]+\.md\b/g, (page) => `${home}${page}`) };
}

function problemLines(
  code: string,
  problem: Omit<Problem, 'code'>,
  colors: ReturnType<typeof pc.createColors>,
): string[] {
  const { message, where, because = [], hint } = problem;
  const entry = (label: string, text: string) => `  ${colors.dim(`${label}:`.padEnd(8))} ${printable(text)}`;
  const lines = [`${colors.red(colors.bold(`error[${code}]`))}: ${printable(message)}`];
  if (where !== undefined) lines.push(entry('where', where));
  // The message of an error with one reason often says it already.
  for (const [i, reason] of because.filter((text) => !message.endsWith(text)).entries()) {
    lines.push(i === 0 ? entry('because', reason) : `  ${' '.repeat(8)} ${printable(reason)}`);
  }
  if (hint !== undefined) lines.push(entry('hint', hint));
  return lines;
}

function internalProblem(error: unknown): Omit<Problem, 'code'> {
  return {
    message: error instanceof Error ? error.message : String(error),
    because: ['this is a bug in nibblec, not in your model'],
    hint: 'run again with --dump-ir DIR and NIBBLEC_DEBUG=1, and report the last files of DIR with this message',
  };
}

function traceOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = (error.stack ?? '').split('\n').slice(1).map(printable);
  return error.cause === undefined
    ? own
    : [...own, `caused by: ${printable(String(error.cause))}`, ...traceOf(error.cause)];
}
