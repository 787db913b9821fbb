import type { Graph } from '../../ir/types.ts';
import type { PassContext } from '../pass.ts';
import { calibrationFeeds, requireReference } from '../samples/float-samples.ts';
import type { How } from './candidates.ts';
import { encodeByPlan, type LayerPlan, type MeasuredLayer } from './joint-layers.ts';
import { visitLayers } from './visit-layers.ts';
import { weightLayers } from './weight-layer.ts';

export interface JointOptions {
  readonly samples: number;
  readonly damping: readonly number[];
  readonly skips: boolean;
  /** All layers together, or each for itself. */
  readonly joint: boolean;
}

/** A format for the codes of a layer whose rows have `depth` of them, and the bytes that it takes. */
export type Store = (codes: ArrayLike<number>, depth: number) => { readonly format: string; readonly bytes: number };

/** Plans are made from the inputs that layers had before any was encoded; sizes come out a little different after. */
const ATTEMPTS = 3;

/**
 * Looks at all layers, then encodes them in execution order as `plan` says.
 * @param bits more than so many per weight: planned again for less; null: any
 */
export async function encodeJointly(
  pass: string,
  graph: Graph,
  plan: (layers: readonly MeasuredLayer[], bits: number) => LayerPlan[],
  store: Store,
  bits: number | null,
  { samples, joint, ...how }: JointOptions,
  ctx: PassContext,
): Promise<Graph> {
  const float = requireReference(pass, ctx);
  const layers = weightLayers(graph, float);
  if (layers.length === 0) return graph;
  const feeds = await calibrationFeeds(pass, samples, ctx);
  const visits = () => visitLayers(graph, float, layers, feeds, { ...FREE, ...how }, ctx);
  const measured: MeasuredLayer[] = [];
  for await (const visit of visits()) {
    measured.push({ layer: visit.layer, moments: visit.moments });
    visit.keep(await visit.plain());
  }
  const total = layers.reduce((sum, { weights }) => sum + weights.length, 0);
  let goal = bits ?? 0;
  for (let attempt = 1; ; attempt++) {
    const plans = joint ? plan(measured, goal) : measured.flatMap((own) => plan([own], goal));
    let encoded = graph;
    let bytes = 0;
    for await (const visit of visits()) {
      const encoding = encodeByPlan(visit, plans[layers.indexOf(visit.layer)], (codes) => {
        const stored = store(codes, visit.layer.depth);
        bytes += stored.bytes;
        return stored.format;
      });
      const best = await visit.best([encoding], encoded);
      encoded = best.graph;
      visit.keep(best.results);
    }
    const used = (8 * bytes) / total;
    if (bits === null || used <= bits) return encoded;
    if (attempt === ATTEMPTS) {
      const last = layers[layers.length - 1].node;
      ctx.remark(last, `${used.toFixed(3)} bits per weight with tables, more than the ${bits} asked for`);
      return encoded;
    }
    goal *= (0.998 * bits) / used;
  }
}

const FREE: Pick<How, 'scales' | 'exponent'> = { scales: 'channel', exponent: 'mse' };
