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

/** What other kernels layers could have, and why not the rest; equal reasons are told once. Null: there is nothing to tell. */
export function renderRefusals({ layers }: Report): string | null {
  const others = layersByText(layers.flatMap((layer) => layer.others.map((kernel) => ({ text: kernel, layer }))));
  const groups = layersByText(
    layers.flatMap((layer) =>
      layer.refused.map(({ kernel, reason }) => ({ text: `${kernel}: ${printable(reason)}`, layer })),
    ),
  );
  if (others.length + groups.length === 0) return null;
  const lines = (entries: readonly [string, string][]) =>
    entries.map(([text, own]) => `  ${text} (${own})`).sort((a, b) => (a < b ? -1 : 1));
  return [
    ...(others.length > 0 ? ['Other kernels that could compute them', ...lines(others)] : []),
    ...(groups.length > 0 ? ['Kernels that could not', ...lines(groups)] : []),
    '',
  ].join('\n');
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
