import { printable } from './printable.ts';
import type { LayerReport, Report } from './report.ts';

/** Which kernel computes which layers, in order of their first; no lines where nothing could be chosen. */
export function kernelLines({ layers, goal }: Report): string[] {
  const groups = layersByText(
    layers.flatMap((layer) => (layer.kernel === null ? [] : [{ text: layer.kernel, layer }])),
  );
  if (groups.length === 0) return [];
  const width = Math.max(...groups.map(([kernel]) => kernel.length));
  return ['', `Kernels, chosen for ${goal}`, ...groups.map(([kernel, own]) => `  ${kernel.padEnd(width)}  ${own}`)];
}

/** Why layers did not get other kernels; equal reasons are told once. Null: there is nothing to tell. */
export function renderRefusals({ layers }: Report): string | null {
  const groups = layersByText(
    layers.flatMap((layer) =>
      layer.refused.map(({ kernel, reason }) => ({ text: `${kernel}: ${printable(reason)}`, layer })),
    ),
  );
  if (groups.length === 0) return null;
  const lines = groups.map(([text, own]) => `  ${text} (${own})`).sort((a, b) => (a < b ? -1 : 1));
  return ['Kernels that could not be taken', ...lines, ''].join('\n');
}

/** Layers that a line lists; the JSON has all. */
const MOST_LAYERS = 16;

/** Each text once, with 'layer 3' or 'layers 1, 2, 5'. */
function layersByText(found: readonly { readonly text: string; readonly layer: LayerReport }[]): [string, string][] {
  const groups = new Map<string, number[]>();
  for (const { text, layer } of found) groups.set(text, [...(groups.get(text) ?? []), layer.index]);
  return [...groups].map(([text, own]) => {
    const more = own.length > MOST_LAYERS ? ` and ${own.length - MOST_LAYERS} more` : '';
    return [text, `layer${own.length === 1 ? '' : 's'} ${own.slice(0, MOST_LAYERS).join(', ')}${more}`];
  });
}
