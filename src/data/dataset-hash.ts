import { createHash } from 'node:crypto';
import type { Dataset } from './dataset.ts';

/**
 * SHA-256 of what a data set tells a model: samples as the model gets them, and labels. The same for other files, names and
 * layouts of the same values. Of at most `most` samples, spread over the set.
 */
export function datasetHash({ count, labels, truth, sample }: Dataset, most = count): string {
  const hash = createHash('sha256').update(`${count}`);
  if (labels) hash.update(labels);
  if (truth) hash.update(truth.metric);
  for (let i = 0; i < Math.min(most, count); i++) {
    const index = Math.floor((i * count) / Math.min(most, count));
    for (const { data } of sample(index).values()) hash.update(data);
    if (truth) hash.update(Float64Array.from(truth.sample(index)));
  }
  return hash.digest('hex');
}
