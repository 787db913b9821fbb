import { batchStatistics } from '../../autodiff/batch-statistics.ts';
import { withParameters } from '../../autodiff/training-step.ts';
import { isLinear } from '../../ir/linear.ts';
import type { Graph } from '../../ir/types.ts';
import { oneOf } from '../one-of.ts';
import { definePass, type PassOptions } from '../pass.ts';
import { acceptBetter } from './accept.ts';
import { floatParameters } from './float-parameters.ts';
import { openJob } from './job.ts';
import { TEACHER } from './task.ts';
import { checkTraining, TRAINING_DEFAULTS } from './training-options.ts';

const STATISTICS = ['batch', 'running'] as const;

/**
 * Trains all weights of a float graph, from where they are: from scratch, or to go on with more data.
 *
 * needs      a data set with labels, or with 'loss' 'teacher' one without, to stay near what the model was
 * statistics 'batch': BatchNormalization takes those of the batch, and the running ones follow (Ioffe and Szegedy, 2015);
 *            'running': it stays as it is
 * accepts    the epoch that is best on held-back samples
 */
export const trainPass = definePass({
  name: 'train',
  summary: 'Train the weights of the float model, from scratch or further.',
  requires: ['float-only'],
  provides: ['float-only'],
  defaults: { statistics: 'batch' as string, ...TRAINING_DEFAULTS, loss: 'labels' as string },
  check(options, start) {
    checkTraining('train', options as typeof options & PassOptions, start);
    oneOf('train', STATISTICS, options.statistics);
  },
  async run(graph, options, ctx) {
    const parameters = floatParameters(graph);
    if (parameters.length === 0) return graph;
    const layers = graph.nodes.filter(isLinear);
    const prepare = (batched: Graph) => batchStatistics(batched, ({ name }) => !name.startsWith(TEACHER));
    const student = {
      graph,
      custom: new Map(),
      parameters,
      layers,
      ...(options.statistics === 'batch' && { prepare }),
    };
    const job = await openJob('train', student, graph, options, ctx);
    try {
      const before = await job.judge(job.initial);
      const values = await job.train('train', job.initial, { epochs: options.epochs, best: true });
      const trained = withParameters(graph, values);
      return acceptBetter(graph, trained, { before, after: await job.judge(values), select: options.select }, ctx);
    } finally {
      await job.close();
    }
  },
});
