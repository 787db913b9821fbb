/** How the value of a key looks in the project file. */
export type Kind =
  | 'path'
  | 'paths'
  | 'text'
  | 'texts'
  | 'number'
  | 'yes'
  | 'no'
  | 'pairs'
  | 'constants'
  | 'states'
  | 'name or path';

export interface Setting {
  readonly kind: Kind;
  /** The flag of the command line that means the same. */
  readonly flag: string;
}

const setting = (kind: Kind, flag: string): Setting => ({ kind, flag });

/** What decides about the quantized model; each means what the flag does, and its value is parsed as the flag's. */
export const QUANTIZE_SETTINGS: Readonly<Record<string, Setting>> = {
  calibrate: setting('paths', '--calibrate'),
  samples: setting('number', '--samples'),
  method: setting('text', '--method'),
  percentile: setting('number', '--percentile'),
  equalize: setting('yes', '--equalize'),
  biasCorrection: setting('no', '--no-bias-correction'),
  precision: setting('text', '--precision'),
  weights: setting('text', '--weights'),
  activations: setting('text', '--activations'),
  distill: setting('yes', '--distill'),
  exclude: setting('texts', '--exclude'),
  floatIo: setting('yes', '--float-io'),
  dim: setting('pairs', '--dim'),
  constant: setting('constants', '--constant'),
  capacity: setting('pairs', '--capacity'),
  state: setting('states', '--state'),
  recipe: setting('path', '--recipe'),
  seed: setting('number', '--seed'),
};

/** What decides about the C that the quantized model becomes. */
export const COMPILE_SETTINGS: Readonly<Record<string, Setting>> = {
  ioLayout: setting('text', '--io-layout'),
  goal: setting('text', '--goal'),
  kernels: setting('pairs', '--kernels'),
  fuse: setting('no', '--no-fuse'),
  inputRows: setting('yes', '--input-rows'),
};

/** What the C is judged on. */
export const DATA_SETTINGS: Readonly<Record<string, Setting>> = {
  data: setting('paths', '--data'),
  labels: setting('path', '--labels'),
  count: setting('number', '--count'),
};

/** Of `tune`, in place of what quantizes without training. */
export const TUNE_SETTINGS: Readonly<Record<string, Setting>> = {
  recipe: setting('name or path', '--recipe'),
  data: setting('paths', '--data'),
  labels: setting('path', '--labels'),
  epochs: setting('number', '--epochs'),
  batch: setting('number', '--batch'),
  rate: setting('number', '--rate'),
  epochSamples: setting('number', '--epoch-samples'),
  clipNorm: setting('number', '--clip-norm'),
  loss: setting('text', '--loss'),
};

/** Keys whose value must hold in every build and check. */
export const LIMIT_KEYS = ['flash', 'ram', 'top1', 'worstScore', 'sqnr', 'instructions'] as const;
