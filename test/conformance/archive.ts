import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** One ONNX backend test: a model, the tensors it is fed and the ones it must give, as serialized protobufs. */
export interface ArchivedCase {
  readonly name: string;
  readonly model: Uint8Array;
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}

/** The project's copy of the ONNX node tests, beside the checkout; see docs/benchmarks/conformance.md. */
export const ARCHIVE = fileURLToPath(new URL('../../../shared/data/onnx-node-tests.tar.gz', import.meta.url));

/** All tests sorted by name, or null when the archive is not there. */
export function readArchive(): ArchivedCase[] | null {
  if (!existsSync(ARCHIVE)) return null;
  const files = new Map<string, Map<string, Uint8Array>>();
  for (const { path, bytes } of tarFiles(gunzipSync(readFileSync(ARCHIVE)))) {
    const [, test, file] = /^(?:\.\/)?node\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (!test || !file) continue;
    if (!files.has(test)) files.set(test, new Map());
    files.get(test)!.set(file, bytes);
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, contents]) => archivedCase(name, contents));
}

function archivedCase(name: string, files: ReadonlyMap<string, Uint8Array>): ArchivedCase {
  const series = (kind: string) => {
    const tensors: Uint8Array[] = [];
    for (let i = 0; ; i++) {
      const bytes = files.get(`test_data_set_0/${kind}_${i}.pb`);
      if (!bytes) return tensors;
      tensors.push(bytes);
    }
  };
  const model = files.get('model.onnx');
  if (!model) throw new Error(`${name} has no model.onnx`);
  return { name, model, inputs: series('input'), outputs: series('output') };
}

/** Regular files of a tar archive (ustar; names of at most 100 characters or with a prefix). */
function* tarFiles(tar: Uint8Array): Generator<{ path: string; bytes: Uint8Array }> {
  const text = (from: number, length: number) =>
    new TextDecoder().decode(tar.subarray(from, from + length)).replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim() || '0', 8);
    const prefix = text(at + 345, 155);
    const path = (prefix ? `${prefix}/` : '') + text(at, 100);
    const kind = tar[at + 156];
    if (kind === 0x30 || kind === 0) yield { path, bytes: tar.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
