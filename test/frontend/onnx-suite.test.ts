import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { decodeTensorFile } from '../../src/frontend/onnx-border.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { UserError } from '../../src/support/errors.ts';
import { readArchive } from '../conformance/archive.ts';

const archive = readArchive();
if (!archive) console.log('skipped: ONNX node tests, because ../shared/data/onnx-node-tests.tar.gz is not there');

describe.skipIf(!archive)('the ONNX node tests', () => {
  it('import with the types of their expected outputs, or are refused with a reason', async () => {
    const refused: string[] = [];
    for (const { name, model, outputs } of archive ?? []) {
      try {
        const graph = await importOnnx(model);
        verifyGraph(graph, `after importing ${name}`);
        // Behind the file's outputs stand the counts of those that are as long as the data make them.
        graph.outputs.slice(0, outputs.length).forEach((output, i) => {
          const expected = decodeTensorFile(outputs[i]);
          if (typeof expected === 'string') return;
          const { dtype, shape, quant } = graph.types.get(output)!;
          const axis = graph.sizes?.find((size) => size.output === output)?.axis;
          expect(shape[axis ?? 0] ?? 0, name).toBeGreaterThanOrEqual(expected.shape[axis ?? 0] ?? 0);
          const fixed = shape.map((n, d) => (d === axis ? expected.shape[d] : n));
          expect({ dtype, shape: fixed, quant }, name).toEqual({
            dtype: expected.dtype,
            shape: expected.shape,
            quant: null,
          });
        });
      } catch (error) {
        if (!(error instanceof UserError)) throw new Error(`${name}: ${error}`, { cause: error });
        const { code, message, where, because } = error.problem;
        expect(message + (where ?? '') + (because?.join() ?? ''), name).not.toMatch(/value#|node#|onnxruntime_src/);
        refused.push(`${code} ${message}`);
      }
    }
    const imported = (archive?.length ?? 0) - refused.length;
    console.log(`${imported} of ${archive?.length} node tests import as they are`);
    expect(imported).toBeGreaterThan(600);
    expect(refused.filter((why) => why.startsWith('RUNTIME'))).toEqual([]);
  }, 120_000);
});
