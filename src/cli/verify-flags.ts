import type { Command } from 'commander';
import { nonNegative, share, wholeNumber } from './parsers.ts';

export interface VerifyFlags {
  readonly data?: readonly string[];
  readonly labels?: string;
  readonly count: number;
  readonly seed: number;
  readonly strict?: boolean;
  readonly minSqnr?: number;
  readonly minTop1?: number;
  readonly worstScore?: number;
}

/** What to compare the C with onnxruntime on. */
export function addVerifyFlags(command: Command): Command {
  return command
    .option('--data <data...>', 'samples to verify on (default: the calibration data, else random numbers)')
    .option('--labels <file>', 'classes of the --data samples (NPY, NPZ, IDX), for the top-1 accuracy')
    .option('--count <n>', 'verify on at most so many samples', wholeNumber(1), 16)
    .option('--strict', 'fail where onnxruntime cannot run the model file itself')
    .option('--min-sqnr <dB>', 'fail below this signal to noise ratio of the outputs against the file', nonNegative)
    .option('--min-top1 <percent>', "fail when fewer samples have the file's largest output as theirs", share)
    .option(
      '--worst-score <x>',
      'fail when the metric of the --data is worse: percent, or the error of mse',
      nonNegative,
    );
}
