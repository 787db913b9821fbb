import type { Annotations, CodeNote } from '../ir/types.ts';
import { badModel } from './bad-model.ts';

/** The entry of a model's metadata that is ours. */
const KEY = 'nibblec';
const VERSION = 1;

/** Annotations as metadata of an ONNX file: a JSON text under 'nibblec'. */
export function writeAnnotations({ codesAtBorders, codes, real }: Annotations): Map<string, string> {
  const borders = codesAtBorders ? 'codes' : 'real';
  return new Map([[KEY, JSON.stringify({ version: VERSION, borders, codes: [...codes], real: [...real] })]]);
}

/** What the metadata of a file say; null when nothing is there. Whether formats fit is not known yet. Throws BAD_MODEL. */
export function readAnnotations(metadata: ReadonlyMap<string, string>): Annotations | null {
  const text = metadata.get(KEY);
  if (text === undefined) return null;
  const { version, borders, codes, real } = parse(text);
  if (version !== VERSION)
    return refuse(`its version is ${JSON.stringify(version)}, and this nibblec knows ${VERSION}`);
  if (borders !== 'codes' && borders !== 'real') return refuse(`"borders" is neither "codes" nor "real"`);
  if (!Array.isArray(codes) || !codes.every(isNote)) return refuse('"codes" is no list of names with formats and bits');
  if (!Array.isArray(real) || !real.every((name) => typeof name === 'string'))
    return refuse('"real" is no list of names');
  return { codesAtBorders: borders === 'codes', codes: new Map(codes), real: new Set(real) };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, as other texts that are no object.
  }
  return refuse('it is no JSON object');
}

function isNote(value: unknown): value is [string, CodeNote] {
  if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'string') return false;
  const note: unknown = value[1];
  if (typeof note !== 'object' || note === null) return false;
  return Object.entries(note).every(([key, held]) =>
    key === 'format'
      ? typeof held === 'string'
      : key === 'first'
        ? held === true
        : key === 'bits' && Number.isInteger(held) && held >= 1 && held <= 16,
  );
}

function refuse(why: string): never {
  return badModel(
    `the metadata entry '${KEY}' cannot be used: ${why}`,
    undefined,
    'take it out, or write the model anew',
  );
}
