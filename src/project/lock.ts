import { isRecord } from '../support/json-keys.ts';
import type { OutputFigures } from './judge-outputs.ts';
import { badProject } from './project-file.ts';

export const LOCK_FILE = 'nibblec.lock.json';

const FORMAT = 1;

/** What `nibblec build` made, and what it was made of. Hashes are SHA-256. */
export interface LockedModel {
  readonly source: LockedSource;
  /** Of NAME_qdq.onnx; null: the model itself becomes C. */
  readonly quantized: string | null;
  /** Of the samples that outputs and score are of, and what they are. */
  readonly data: string;
  readonly outputs: OutputFigures;
  /** All that was written, from the folder of the lock: it belongs into version control. */
  readonly files: readonly string[];
  /** By name of the target. */
  readonly targets: Readonly<Record<string, LockedTarget>>;
}

/** While this stays the same, nothing is quantized again. */
export interface LockedSource {
  /** Of the ONNX file and of its weights, also those in other files. */
  readonly model: string;
  /** Of the calibration or training samples; null: none. */
  readonly samples: string | null;
  /** Flags that mean the same as the project file's settings, but for paths. */
  readonly settings: readonly string[];
  /** Of the file of passes; null: none. */
  readonly recipe: string | null;
}

export interface LockedTarget {
  /** What measured, with its version; null: a computer, whose figures are those of the tables and the arena alone. */
  readonly compiler: string | null;
  readonly flashBytes: number;
  readonly ramBytes: number;
  /** Of one inference; null: no emulator that counts. */
  readonly instructions: number | null;
}

export type Lock = Readonly<Record<string, LockedModel>>;

/** Throws UserError BAD_PROJECT. */
export function parseLock(json: unknown, where: string): Lock {
  if (!isRecord(json) || json.format !== FORMAT || !isRecord(json.models)) {
    throw badProject(where, [`it is no lock file of format ${FORMAT}; take it away and run 'nibblec build'`]);
  }
  const models = Object.entries(json.models).map(([name, model]): [string, LockedModel] => {
    if (!isLocked(model)) throw badProject(where, [`of model '${name}' something is missing`]);
    return [name, model];
  });
  return Object.fromEntries(models);
}

/** `models` by name; names sorted, so that two builds of different models merge well. */
export function printLock(models: Lock): string {
  const sorted = Object.fromEntries(Object.entries(models).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ format: FORMAT, models: sorted }, null, 2)}\n`;
}

function isLocked(model: unknown): model is LockedModel {
  if (!isRecord(model) || !isRecord(model.source) || !isRecord(model.outputs) || !isRecord(model.targets)) return false;
  const { files, source, targets } = model;
  const isTexts = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === 'string');
  return isTexts(files) && isTexts(source.settings) && Object.values(targets).every(isLockedTarget);
}

function isLockedTarget(target: unknown): target is LockedTarget {
  if (!isRecord(target)) return false;
  const { flashBytes, ramBytes, instructions } = target;
  const isFigure = (value: unknown) => typeof value === 'number' && value >= 0;
  return isFigure(flashBytes) && isFigure(ramBytes) && (instructions === null || isFigure(instructions));
}
