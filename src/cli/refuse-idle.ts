import type { Compilation } from '../compile.ts';
import { UserError } from '../support/errors.ts';
import type { ReportFlags } from './report-flag.ts';
import type { VerifyFlags } from './verify-flags.ts';

/** What compile does besides writing C. */
type Asked = Partial<VerifyFlags> &
  ReportFlags & { readonly verify?: boolean; readonly selfTest?: number | true; readonly sqnr?: boolean };

/** How to verify, by flag. */
const VERIFYING: readonly (readonly [keyof Asked, string])[] = [
  ['count', '--count'],
  ['strict', '--strict'],
  ['minSqnr', '--min-sqnr'],
  ['minTop1', '--min-top1'],
  ['worstScore', '--worst-score'],
];

/**
 * Refuses flags of compile that say how to do what was not asked for.
 * @param counted whether the user gave --count
 * @throws UserError BAD_ARGUMENT.
 */
export function refuseIdle(flags: Asked, counted: boolean): void {
  const { data, labels, verify, report, selfTest } = flags;
  const idle = VERIFYING.filter(([key]) => (key === 'count' ? counted : flags[key] !== undefined));
  if (!verify && idle.length > 0) {
    const names = idle.map(([, flag]) => flag).join(', ');
    throw idleFlag(`${names} ${idle.length === 1 ? 'says' : 'say'} nothing without --verify`, 'add --verify');
  }
  if (verify || report !== undefined) return;
  if (data && selfTest === undefined)
    throw idleFlag('--data says nothing here', 'add --verify, --report or --self-test');
  if (labels !== undefined) throw idleFlag('--labels says nothing here', 'add --verify or --report');
}

/** The same of calibration samples, once it is known that they make nothing int8. */
export function refuseIdleSamples({ quantizedFile, precision, dataset }: Compilation, flags: Asked): void {
  if (!dataset || (precision === 'int8' && !quantizedFile)) return;
  const { verify, report, selfTest, sqnr } = flags;
  const compared = precision === 'int8' && (report !== undefined || sqnr);
  if (verify || selfTest !== undefined || compared) return;
  const why = quantizedFile ? 'a model that is quantized already' : 'a float32 model';
  throw idleFlag(`--calibrate says nothing to ${why}`, 'leave it out, or add --verify to run the C on these samples');
}

/** Refuses --labels and --force of a command for which only a report has a use. */
export function refuseWithoutReport(flags: ReportFlags & { readonly labels?: string }): void {
  if (flags.report !== undefined) return;
  const idle = [...(flags.labels === undefined ? [] : ['--labels']), ...(flags.force ? ['--force'] : [])];
  if (idle.length > 0) throw idleFlag(`${idle.join(', ')} says nothing without --report`, 'add --report PATH');
}

/** Of a flag that would change nothing. */
export function idleFlag(message: string, hint: string): UserError {
  return new UserError({ code: 'BAD_ARGUMENT', message, hint });
}
