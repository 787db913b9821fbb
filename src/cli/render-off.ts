import { printable } from '../report/printable.ts';
import type { Comparison, OffElement } from '../verify/compare.ts';
import { offLayers } from '../verify/off-upstream.ts';

/** A line for each layer on which onnxruntime is not the one that is right. */
export function renderOff(layers: readonly Comparison[]): string[] {
  return offLayers(layers).map(({ layer, value, off }) => {
    const [ofRuntime, defined, ofC] = digits(off!);
    if (off!.beyond)
      return `numbers leave their type in ${layer} '${printable(value)}', where no result is the right one: onnxruntime gives ${ofRuntime}, the C ${ofC}`;
    return `onnxruntime is off in ${layer} '${printable(value)}': it gives ${ofRuntime} where ${defined} is right, the C ${ofC}`;
  });
}

/** As many as it takes to tell the first two apart. */
function digits({ ofRuntime, defined, ofC }: OffElement): string[] {
  const numbers = [ofRuntime, defined, ofC];
  const texts = (count: number) => numbers.map((x) => String(Number(x.toPrecision(count))));
  let count = 3;
  while (count < 17 && texts(count)[0] === texts(count)[1]) count++;
  return texts(count);
}
