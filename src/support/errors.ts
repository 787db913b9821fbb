/** A problem told so that the reader can act: what failed, where, why, and the one next step. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  /** The thing it happened on, e.g. "Conv 'block2/conv' (f32[1,4,8,8], f32[4,4,3,3]) -> f32[1,4,6,6]". */
  readonly where?: string;
  /** What was tried and why each was refused, or every single offender, one line each. */
  readonly because?: readonly string[];
  readonly hint?: string;
}

/** Every code a user can meet, with the sentence docs/errors.md prints for it. Sorted. */
export const ERROR_CODES = {
  BAD_ARGUMENT: 'A flag, option or recipe entry has a value that cannot be used.',
  BAD_DATA: 'A data file (NPY, NPZ, IDX or dataset descriptor) cannot be read or does not fit the model.',
  BAD_MODEL: 'The ONNX file is damaged or breaks the ONNX rules.',
  BAD_PASS: 'A pass was asked for something its contract forbids.',
  BAD_PROJECT: 'nibblec.config.json or nibblec.lock.json cannot be used.',
  BAD_TARGET: 'A target file is missing or wrong.',
  CHANGED: 'A model of the project is not what nibblec.lock.json says.',
  DIVERGED: 'Training left the range of numbers.',
  DOES_NOT_FIT: 'The program needs more flash or RAM than the target has.',
  FILE: 'A file cannot be read or written.',
  MISMATCH: 'The compiled C and onnxruntime disagree.',
  NOT_MET: 'A limit that was asked for is not met (--min-sqnr, --min-top1, --worst-score, --strict).',
  RUNTIME: 'onnxruntime refused or failed to run a graph.',
  TOOL_FAILED: 'A compiler or emulator returned an error.',
  TOOL_MISSING: 'A compiler or emulator is not installed.',
  TOO_LARGE: 'Reading the files or computing constants takes more memory than the limit.',
  UNBOUND_DIMENSION: 'A dimension of an input has no number.',
  UNSUPPORTED: 'The model uses operators, types or attributes that cannot become C.',
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

/** What a command ends with, so that scripts tell a bad input from a bad verdict. */
export const EXIT_STATUS = { input: 1, verdict: 2, tool: 3, internal: 70 } as const;

const VERDICTS: readonly ErrorCode[] = ['MISMATCH', 'DOES_NOT_FIT', 'NOT_MET', 'CHANGED'];
const TOOLS: readonly ErrorCode[] = ['TOOL_MISSING', 'TOOL_FAILED', 'RUNTIME'];

export function exitStatusOf(code: ErrorCode): number {
  if (VERDICTS.includes(code)) return EXIT_STATUS.verdict;
  return TOOLS.includes(code) ? EXIT_STATUS.tool : EXIT_STATUS.input;
}

/** The user can mend it: model, data, recipe, target or machine. */
export class UserError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = 'UserError';
    this.problem = problem;
  }
}

/** Ours to mend. */
export class InvariantError extends Error {
  override name = 'InvariantError';
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** A lookup that cannot miss. */
export function must<T>(value: T | undefined | null, what: string): T {
  invariant(value !== undefined && value !== null, `missing ${what}`);
  return value;
}
