export interface SearchRow {
  readonly model: string;
  /** A format for all layers, or what a mix was allowed. */
  readonly method: string;
  readonly formats: readonly string[];
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly instructions: number | null;
  /** See docs/mixed-precision.md. */
  readonly loss: number;
  readonly top1: number | null;
  readonly floatTop1: number | null;
}

/** docs/benchmarks/search.md */
export function searchTable(rows: readonly SearchRow[]): string {
  const lines = rows.map((row) => {
    const cells = [
      row.model,
      row.method,
      grouped(row.flashBytes),
      grouped(row.ramBytes),
      row.instructions === null ? '-' : grouped(row.instructions),
      row.loss.toPrecision(3),
      percent(row.top1),
      percent(row.floatTop1),
      runs(row.formats),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `# Mixed formats of weights

Written by \`npm run bench:search\`; do not edit. One format for all layers, and the mix that
[nibblec search](../mixed-precision.md) finds with no more flash than one of them, with the least loss. The whole program
for a Cortex-M4F at -O2: flash and RAM of the linked program, instructions of one inference under QEMU. Loss (divergence of
the classes from float32, in nats) on calibration samples that no layer was fitted to where there are enough, top-1 on the
whole labelled test set; nothing was chosen by labels.

| model | formats | flash | RAM | instructions | loss | top-1 | float32 | layer by layer |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
${lines.join('\n')}
`;
}

/** 'int8, 3 x int4, int3' */
function runs(formats: readonly string[]): string {
  const parts: { format: string; count: number }[] = [];
  for (const format of formats) {
    const last = parts.at(-1);
    if (last?.format === format) last.count++;
    else parts.push({ format, count: 1 });
  }
  return parts.map(({ format, count }) => (count === 1 ? format : `${count} x ${format}`)).join(', ');
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(100 * share).toFixed(2)} %`;
}
