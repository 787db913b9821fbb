import type { Graph } from '../../ir/types.ts';
import { UserError } from '../../support/errors.ts';
import type { PassContext } from '../pass.ts';
import { calibrationSamples, type Feeds, requireDataset } from './calibration-samples.ts';

const MOST_SAMPLES = 512;

/** The model before it was quantized. Throws UserError BAD_PASS when it came so. */
export function requireReference(pass: string, { reference }: PassContext): Graph {
  if (reference) return reference;
  throw new UserError({
    code: 'BAD_PASS',
    message: `${pass} needs the float model, and this one came quantized`,
    hint: 'start from the float32 model',
  });
}

/** At most 512 calibration samples. Throws UserError BAD_DATA when there are none. */
export async function calibrationFeeds(pass: string, samples: number, ctx: PassContext): Promise<Feeds[]> {
  const feeds: Feeds[] = [];
  for await (const feed of calibrationSamples(requireDataset(ctx, pass), Math.min(samples, MOST_SAMPLES), ctx)) {
    feeds.push(feed);
  }
  return feeds;
}
