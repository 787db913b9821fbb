import { describe, expect, it } from 'vitest';
import { trialSamples } from '../../src/data/trial-samples.ts';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { typeOf } from '../../src/ir/graph.ts';
import { tryFile } from '../../src/runtime/try-file.ts';
import { UserError } from '../../src/support/errors.ts';
import { floats, input, modelBytes, node } from './proto.ts';

const samples = (inputs: Parameters<typeof trialSamples>[0]) => trialSamples(inputs, null);
const x = samples([{ name: 'x', dtype: 'f32', shape: [1, 2, 5, 5] }]);

describe('a file is run before C is made of it', () => {
  it('and refused where every run ends in the error of one node', async () => {
    const bytes = modelBytes({
      inputs: [input('x', [1, 2, 5, 5])],
      nodes: [node('Relu', ['x'], ['r']), node('Conv', ['r', 'w', 'b'], ['y'])],
      initializers: [floats('w', [4, 2, 3, 3], Array(72).fill(1)), floats('b', [3], [1, 2, 3])],
    });
    const refused = await tryFile({ bytes }, x).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as UserError).problem).toMatchObject({ code: 'BAD_MODEL', where: "Conv 'Conv:y'" });
    expect((refused as UserError).problem.because?.[0]).toMatch(/bias must be/);
  });

  it('and refused where every run ends onnxruntime', async () => {
    const bytes = modelBytes({
      inputs: [input('x', [1, 2, 5, 5])],
      nodes: [node('Split', ['x'], ['a', 'b', 'y'], { axis: 1, num_outputs: 2 })],
      outputs: ['a', 'b', 'y'],
    });
    const refused = await tryFile({ bytes }, x).catch((error: unknown) => (error as UserError).problem);
    expect(refused).toMatchObject({ code: 'BAD_MODEL', message: expect.stringContaining('onnxruntime ends') });
  });

  it('and kept with a remark where some run works, or where it cannot be loaded', async () => {
    const inputs = [input('x', [1, 3]), input('i', [2], 7)];
    const bytes = modelBytes({ inputs, nodes: [node('Gather', ['x', 'i'], ['y'])] });
    const graph = await importOnnx(bytes);
    const some = samples(graph.inputs.map((name) => ({ name, ...typeOf(graph, name) })));
    expect(await tryFile({ bytes }, some)).toMatchObject({ node: "Gather 'Gather:y'" });
    const unknown = modelBytes({ inputs: [input('x', [1, 2, 5, 5])], nodes: [node('Relu', ['x'], ['y'])], opset: 99 });
    expect(await tryFile({ bytes: unknown }, x)).toMatchObject({ node: null });
    const sound = modelBytes({ inputs: [input('x', [1, 2, 5, 5])], nodes: [node('Relu', ['x'], ['y'])] });
    expect(await tryFile({ bytes: sound }, x)).toBe(null);
  });
});
