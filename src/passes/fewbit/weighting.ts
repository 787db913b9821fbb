import { must } from '../../support/errors.ts';
import { CURVATURES, type CurvatureKind, curvature } from '../curvature/curvature.ts';
import { requireLabels } from '../curvature/labels.ts';
import { requireClassifier } from '../curvature/task.ts';
import type { PassContext, PipelineStart } from '../pass.ts';
import { requireDataset } from '../samples/calibration-samples.ts';
import { requireReference } from '../samples/float-samples.ts';
import { importanceOf } from './candidates.ts';
import { type JointLayer, type MeasuredLayer, outputPower } from './joint-layers.ts';
import { toRows } from './weight-layer.ts';

const KINDS = Object.keys(CURVATURES) as CurvatureKind[];

/**
 * What an error of a weight is counted by: 'hessian' as it shows in the outputs of its layer, 'none' all alike, else the
 * curvature of the model's loss.
 */
export const IMPORTANCES: readonly string[] = ['hessian', 'none', ...KINDS];

/**
 * Throws UserError BAD_DATA when there are no samples to weigh errors by, or no labels where they are needed, UNSUPPORTED
 * when there is no loss.
 */
export function requireSamples(pass: string, importance: string, start: PipelineStart): void {
  const dataset = requireDataset(start, pass);
  if (KINDS.some((kind) => kind === importance)) requireClassifier(start.graph);
  if (importance === 'empirical-fisher') requireLabels(dataset);
}

/** Makes errors of weights comparable, within a layer and between layers. */
export interface Weighting {
  /** What a squared error of each weight counts, [rows][depth]. */
  importances(layer: MeasuredLayer): Float64Array;
  /** Errors of so much, in weights that are rounded together, count the same in every layer. */
  unitOf(layer: JointLayer): number;
}

/** Squared errors as they show in the outputs of their layer, in parts of the power there. */
const byOutputs: Weighting = {
  importances: (own) => {
    const power = outputPower(own.layer, own.moments.fit);
    return importanceOf(own.layer, own.moments.fit).map((h) => h / power);
  },
  unitOf: ({ unit }) => unit,
};

const none: Weighting = { importances: ({ layer }) => layer.weights.map(() => 1), unitOf: () => 1 };

/** Throws UserError as curvature does. */
export async function weightingBy(
  importance: string,
  pass: string,
  samples: number,
  ctx: PassContext,
): Promise<Weighting> {
  if (importance === 'hessian') return byOutputs;
  const kind = KINDS.find((known) => known === importance);
  return kind === undefined ? none : byLoss(kind, pass, samples, ctx);
}

/** Weights that nothing depends on would float freely: all get this share of the mean curvature. */
const FLOOR = 1e-3;

async function byLoss(kind: CurvatureKind, pass: string, samples: number, ctx: PassContext): Promise<Weighting> {
  const measured = await curvature(kind, requireReference(pass, ctx), ctx, { samples });
  const all = [...measured.values()];
  const count = all.reduce((sum, { length }) => sum + length, 0);
  const floor = (FLOOR * all.reduce((sum, h) => sum + total(h), 0)) / count;
  const importances = ({ layer }: Pick<MeasuredLayer, 'layer'>): Float64Array => {
    const h = must(measured.get(layer.floatWeights), `curvature of '${layer.floatWeights}'`);
    return toRows(h, layer.rows, layer.rowAxis).map((own) => own + floor);
  };
  return {
    importances,
    /** As byOutputs, but a squared error of the outputs counts what it does for the loss. */
    unitOf(own) {
      const outputs = total(importanceOf(own.layer, own.moments.fit));
      return Math.sqrt(outputs / total(importances(own)) / own.curvature);
    },
  };
}

function total(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
