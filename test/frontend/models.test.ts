import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';

const MODELS = new URL('../../../shared/data/models/', import.meta.url);
const files = existsSync(MODELS) ? readdirSync(MODELS).filter((name) => name.endsWith('.onnx')) : [];
if (files.length === 0) console.log('skipped: real models, because ../shared/data/models is not there');

describe('real models', () => {
  it.skipIf(files.length === 0).each(files.map((name) => [name]))('%s imports', async (name) => {
    const graph = await importOnnx(readFileSync(new URL(name, MODELS)));
    expect(graph.nodes.length).toBeGreaterThan(0);
    for (const node of graph.nodes) {
      for (const output of node.outputs) expect(output && graph.types.has(output)).toBe(true);
    }
  });
});
