import { expect, test } from 'vitest';
import { generate } from '../../src/codegen/generate.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { loadTarget } from '../../src/targets/load.ts';

const { features } = await loadTarget('host');

function filesOf(layers: number): ReadonlyMap<string, string> {
  const ids = Array.from({ length: layers }, (_, i) => i);
  const graph = parseGraph(`
    input x: f32[4]
    ${ids.map((i) => `const c${i}: f32[4] = ${i}, 1, 2, 3`).join('\n')}
    ${ids.map((i) => `v${i}: f32[4] = Add(${i ? `v${i - 1}` : 'x'}, c${i})`).join('\n')}
    return v${layers - 1}`);
  return generate(graph, { name: 'm', features, ioLayout: 'native', provenance: [] }).files;
}

test('tables of the thousandth layer carry the name of the model wherever they are named', () => {
  const files = filesOf(1002);
  const named = (file: string) => new Set(files.get(file)!.match(/\b\w*l1001_\w*/g));
  expect([...named('m_weights.c')]).toEqual(['m_l1001_c1']);
  expect([...named('m.c')].sort()).toEqual(['l1001_add', 'l1001_y', 'm_l1001_c1']);
});

test('a thousand layers stay functions of their own, a compiler may inline fewer', () => {
  const layer = 'static __attribute__((noinline)) void l';
  expect(filesOf(1000).get('m.c')!.split(layer).length - 1).toBe(1000);
  expect(filesOf(999).get('m.c')).not.toContain('noinline');
});
