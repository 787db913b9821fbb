import type { LayerReport } from './layer-reports.ts';
import { printable } from './printable.ts';
import type { Report } from './report.ts';
import { type Column, grouped, renderTable } from './table.ts';

/** Which kernel computes which layers, in order of their first; no lines where nothing could be chosen. */
export function kernelLines({ layers, goal }: Report): string[] {
  const chosen = layers.filter(({ kernel }) => kernel !== null);
  if (chosen.length === 0) return [];
  const groups = layersByText(chosen.map((layer) => ({ text: layer.kernel ?? '', layer })));
  const estimated = chosen.every(({ estimate }) => estimate !== null);
  const instructions = (own: readonly LayerReport[]) =>
    own.reduce((sum, { estimate }) => sum + (estimate?.instructions ?? 0), 0);
  const columns: Column[] = [{ title: 'kernel' }, { title: 'layers' }];
  const rows = groups.map(([kernel, where, own]) => [kernel, where, rounded(instructions(own))]);
  if (!estimated)
    return [
      '',
      `Kernels, chosen for ${goal}`,
      ...renderTable(
        columns,
        rows.map((row) => row.slice(0, 2)),
      ),
    ];
  const total = ['all', '', rounded(instructions(chosen))];
  return [
    '',
    `Kernels, chosen for ${goal}`,
    ...renderTable([...columns, { title: 'instructions, estimated', align: 'right' }], [...rows, total]),
  ];
}

/** Two digits: the cost model is not better. */
function rounded(instructions: number): string {
  return grouped(Number(instructions.toPrecision(2)));
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
  const lines = (entries: readonly [string, string, LayerReport[]][]) =>
    entries
      .map(([text, where, own]) => `  ${text} (layer${own.length === 1 ? '' : 's'} ${where})`)
      .sort((a, b) => (a < b ? -1 : 1));
  return [
    ...(others.length > 0 ? ['Other kernels that could compute them', ...lines(others)] : []),
    ...(groups.length > 0 ? ['Kernels that could not', ...lines(groups)] : []),
    '',
  ].join('\n');
}

/** Layers that a line lists; the JSON has all. */
const MOST_LAYERS = 16;

/** Each text once, with '3' or '1, 2, 5' and the layers. */
function layersByText(
  found: readonly { readonly text: string; readonly layer: LayerReport }[],
): [text: string, where: string, layers: LayerReport[]][] {
  const groups = new Map<string, LayerReport[]>();
  for (const { text, layer } of found) groups.set(text, [...(groups.get(text) ?? []), layer]);
  return [...groups].map(([text, own]) => {
    const more = own.length > MOST_LAYERS ? ` and ${own.length - MOST_LAYERS} more` : '';
    const where = own.slice(0, MOST_LAYERS).map(({ index }) => index);
    return [text, `${where.join(', ')}${more}`, own];
  });
}
