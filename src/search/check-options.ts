import { findFormat, pickingRefusal } from '../formats/index.ts';
import type { Graph } from '../ir/types.ts';
import { layerChoice, requireLayers } from '../passes/fewbit/choose-layers.ts';
import { type EncodableLayer, isEmbedding } from '../passes/fewbit/encodable-layers.ts';
import { matchesLayer } from '../passes/layer-pattern.ts';
import { hasGrid } from '../quant/fewbit/fit-layer.ts';
import { UserError } from '../support/errors.ts';
import type { SearchOptions } from './types.ts';

type Asked = Omit<SearchOptions, 'limits' | 'goal'>;

/** Refuses what cannot work before the model is read. */
export function checkOptions({ compile, formats, pins }: Asked): void {
  if (!compile.calibration) throw noData();
  for (const format of [...formats, ...pins.map((pin) => pin.format)]) requireGrid(format);
  if (formats.length === 0) throw bad('there are no formats to choose from', 'give some with --formats');
}

/** Refuses a search that nothing limits. */
export function checkGoal({ limits, goal }: SearchOptions): void {
  if (goal.kind !== 'least-loss' || Object.values(limits).some((limit) => limit < Number.POSITIVE_INFINITY)) return;
  throw bad(
    'nothing limits the search: int8 everywhere loses least',
    'give --flash, --ram, --instructions, --max-loss or --max-drop, or a --target with memory',
  );
}

/** Refuses pins that name no layer, before any pass runs. */
export function checkPins({ pins }: Asked, imported: Graph): void {
  const entries = pins.map(({ match, format }) => ({ match, choice: layerChoice(format, {}) }));
  requireLayers(entries, imported);
}

/** The formats of each layer: the last pin that matches it, else all; of an embedding those whose rows can be picked. */
export function formatsOfLayers(
  { formats, pins }: Pick<SearchOptions, 'formats' | 'pins'>,
  layers: readonly EncodableLayer[],
): string[][] {
  return layers.map((layer, l) => {
    const names = [layer.node.name, layer.output];
    const pin = pins.findLast(({ match }) => matchesLayer(match, names, l, layers.length));
    const own = pin ? [pin.format] : [...new Set(formats)];
    return isEmbedding(layer) ? pickable(own) : own;
  });
}

/** At least int8, which an embedding keeps where a format has no rows that can be picked. */
function pickable(formats: readonly string[]): string[] {
  const found = formats.filter((name) => pickingRefusal(findFormat(name)) === null);
  return found.length > 0 ? found : ['int8'];
}

function requireGrid(format: string): void {
  findFormat(format);
  if (!hasGrid(format)) throw bad(`weights cannot be encoded as '${format}'`, 'nibblec formats lists what there is');
}

function noData(): UserError {
  return new UserError({
    code: 'BAD_DATA',
    message: 'search needs calibration data: samples of the real input',
    hint: 'pass --calibrate with an NPY, NPZ or IDX file',
  });
}

function bad(message: string, hint: string): UserError {
  return new UserError({ code: 'BAD_ARGUMENT', message, hint });
}
