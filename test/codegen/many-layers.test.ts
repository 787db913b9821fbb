import { expect, test } from 'vitest';
import { generate } from '../../src/codegen/generate.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { loadTarget } from '../../src/targets/load.ts';

const LAYERS = 1002;

test('tables of the thousandth layer carry the name of the model wherever they are named', async () => {
  const graph = parseGraph(`
    input x: f32[4]
    ${Array.from({ length: LAYERS }, (_, i) => `const c${i}: f32[4] = ${i}, 1, 2, 3`).join('\n')}
    ${Array.from({ length: LAYERS }, (_, i) => `v${i}: f32[4] = Add(${i ? `v${i - 1}` : 'x'}, c${i})`).join('\n')}
    return v${LAYERS - 1}`);
  const { features } = await loadTarget('host');
  const { files } = generate(graph, { name: 'm', features, ioLayout: 'native', provenance: [] });
  const named = (file: string) => new Set(files.get(file)!.match(/\b\w*l1001_\w*/g));
  expect([...named('m_weights.c')]).toEqual(['m_l1001_c1']);
  expect([...named('m.c')].sort()).toEqual(['l1001_add', 'l1001_y', 'm_l1001_c1']);
});
