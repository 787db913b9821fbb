import { expect, test } from 'vitest';
import { renderSbom } from '../../src/report/sbom.ts';
import { loadTarget } from '../../src/targets/load.ts';

const target = await loadTarget('cortex-m4f');
const compilation = { name: 'kws', target, modelSha256: 'ab'.repeat(32), precision: 'int8' } as const;
const sbom = (text: string) => JSON.parse(renderSbom(compilation, new Map([['kws.c', text]])));

test('names the files with their hashes, the model and the kernels, and what depends on what', () => {
  const { bomFormat, specVersion, serialNumber, metadata, components, dependencies } = sbom('int a;\n');
  expect([bomFormat, specVersion]).toEqual(['CycloneDX', '1.6']);
  expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(metadata.component).toMatchObject({ type: 'library', name: 'kws' });
  expect(components.map((component: { type: string }) => component.type)).toEqual([
    'file',
    'machine-learning-model',
    'library',
  ]);
  expect(components[0].hashes[0].content).toBe('386593f1475dc210d45a5f3d4b6bb11c065fc6fe2e08ebdd00ab4cf3a0848744');
  expect(components[1].hashes[0].content).toBe('ab'.repeat(32));
  const refs = ['library', ...components.map((component: { 'bom-ref': string }) => component['bom-ref'])];
  expect(dependencies.map(({ ref }: { ref: string }) => ref)).toEqual(refs);
  expect(dependencies[0].dependsOn).toEqual(refs.slice(1));
});

test('the same files give the same document, other files another serial number', () => {
  expect(sbom('a')).toEqual(sbom('a'));
  expect(sbom('a').serialNumber).not.toBe(sbom('b').serialNumber);
});
