import { createHash } from 'node:crypto';
import type { Compilation } from '../compile.ts';
import { VERSION } from '../version.ts';

const LICENSE = [{ license: { id: 'Apache-2.0' } }];

/**
 * What a firmware takes in with the generated C, as CycloneDX 1.6 (ECMA-424): the library, its files with their hashes,
 * the model it was made from, and the kernels, which come with nibblec. No date and a serial number from the contents:
 * the same files give the same document. `files` are all that is written beside it.
 */
export function renderSbom(
  { name, target, modelSha256, precision }: Pick<Compilation, 'name' | 'target' | 'modelSha256' | 'precision'>,
  files: ReadonlyMap<string, string>,
): string {
  const written = [...files].map(([file, text]) => ({
    type: 'file',
    'bom-ref': `file:${file}`,
    name: file,
    hashes: [{ alg: 'SHA-256', content: sha256(text) }],
  }));
  const model = {
    type: 'machine-learning-model',
    'bom-ref': 'model',
    name,
    description: 'the ONNX file that was compiled',
    hashes: [{ alg: 'SHA-256', content: modelSha256 }],
  };
  const kernels = {
    type: 'library',
    'bom-ref': 'kernels',
    name: 'nibblec kernels',
    version: VERSION,
    description: 'functions nn_* in the generated C',
    licenses: LICENSE,
  };
  const components = [...written, model, kernels];
  const library = {
    type: 'library',
    'bom-ref': 'library',
    name,
    description: `neural network as C, ${precision}, for ${target.name}`,
  };
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(written.map(({ hashes }) => hashes[0].content).join())}`,
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: 'nibblec', version: VERSION, licenses: LICENSE }] },
      component: library,
    },
    components,
    dependencies: [
      { ref: 'library', dependsOn: components.map((component) => component['bom-ref']) },
      ...components.map((component) => ({ ref: component['bom-ref'], dependsOn: [] })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Version 8 (RFC 9562): the bits are our own, here those of a hash. */
function uuidOf(text: string): string {
  const hex = sha256(text);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
