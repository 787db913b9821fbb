import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Generated, generate } from '../../src/codegen/generate.ts';
import type { Graph } from '../../src/ir/types.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { withFormat } from '../formats/with-format.ts';
import { goldenGraph } from './golden-graph.ts';
import { NETS } from './nets.ts';

// The C of small networks, by hash, and of two as text to read. A change of a kernel, a template or a choice shows here:
// look at the text, then accept it with `npx vitest run test/golden -u`.

const FORMATS = ['int8', 'int4', 'ternary', 'pow2p-4', 'codebook-16', 'int8+rans'];
const CORES = ['host', 'cortex-m0', 'cortex-m0-slow-mul', 'cortex-m3', 'cortex-m4f', 'cortex-m55', 'rv32imc', 'avr'];

test.each(Object.keys(NETS))('the C of %s is what it was', async (net) => {
  const graph = goldenGraph(NETS[net]);
  const hashes: string[] = [];
  for (const core of CORES) {
    for (const format of net === 'float_net' ? ['float32'] : FORMATS) {
      hashes.push(`${core} ${format} ${await hashOf(net, inFormat(graph, format), core)}`);
    }
  }
  await expect(`${hashes.join('\n')}\n`).toMatchFileSnapshot(`hashes/${net}.txt`);
});

test.each([
  ['separable', 'cortex-m4f'],
  ['residual', 'host'],
])('the text of %s for %s', async (net, core) => {
  const { files } = await generated(net, goldenGraph(NETS[net]), core);
  for (const file of [`${net}.h`, `${net}.c`]) {
    await expect(files.get(file)).toMatchFileSnapshot(`text/${core}/${file}`);
  }
});

function inFormat(graph: Graph, format: string): Graph {
  if (format === 'int8' || format === 'float32') return graph;
  const weighted = graph.nodes.filter(({ op }) => op === 'Conv' || op === 'Gemm');
  return weighted.reduce((changed, node) => withFormat(changed, node, format), graph);
}

async function generated(name: string, graph: Graph, core: string): Promise<Generated> {
  const target = await loadTarget(core);
  return generate(graph, { name, features: target.features });
}

/** Of all files, or the refusal in short. */
async function hashOf(net: string, graph: Graph, core: string): Promise<string> {
  try {
    const hash = createHash('sha256');
    for (const [file, text] of (await generated(net, graph, core)).files) hash.update(`${file}\n${text}`);
    return hash.digest('hex').slice(0, 16);
  } catch (error) {
    return `refused: ${(error as { problem?: { because?: string[] } }).problem?.because?.[0] ?? error}`;
  }
}
