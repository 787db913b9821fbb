import { adam } from '../../autodiff/optimizers.ts';
import { trainingStep } from '../../autodiff/training-step.ts';
import { typeOf } from '../../ir/graph.ts';
import type { Graph, Tensor, ValueName } from '../../ir/types.ts';
import { must, UserError } from '../../support/errors.ts';
import { cosine } from '../../train/schedules.ts';
import { train } from '../../train/trainer.ts';
import { stackTensors, type TrainingData, tensorData } from '../../train/training-data.ts';
import { oneOf } from '../one-of.ts';
import { definePass } from '../pass.ts';
import { type Feeds, requireDataset } from '../samples/calibration-samples.ts';
import { calibrationFeeds, requireReference } from '../samples/float-samples.ts';
import { exactLoss } from './exact-loss.ts';
import { openJudge } from './judge.ts';
import { OUTPUT_KINDS, outputTerms } from './output-terms.ts';
import { simulate } from './simulate.ts';
import { trainingTask } from './task.ts';

const LARGEST_BATCH = 32;
const FEWEST_SAMPLES = 8;

/**
 * Trains the scales of weight rows and the biases of quantized layers until the outputs come closer to those of the float
 * model (Hinton, Vinyals and Dean, 2015). Codes of weights and types of activations stay, so flash and RAM do too.
 *
 * needs     ctx.reference (the float graph) and calibration data; labels are not used
 * loss      of the outputs (see output-terms.ts), and `features` times the mean relative squared error of the layers'
 *           results, without which a few hundred samples are learnt by heart
 * method    Adam with a cosine over `steps`, on three quarters of the samples; roundings are passed straight through
 * accepts   the parameters that are best on the held quarter, and only if the integers themselves are better there
 * leaves    power-of-two scales as they are
 */
export const distill = definePass({
  name: 'distill',
  summary: 'Train scales and biases of quantized layers against the float model, on unlabelled samples.',
  requires: [],
  provides: [],
  defaults: { samples: 512, steps: 300, rate: 1e-3, temperature: 1, features: 10, outputs: 'auto' as string },
  check({ samples, steps, rate, temperature, features, outputs }, start) {
    for (const [name, value] of Object.entries({ steps, rate, temperature })) {
      if (!(value > 0)) bad(`'${name}' must be positive, not ${value}`, 'leave it out to take the default');
    }
    if (!(features >= 0)) bad(`'features' must not be negative, as ${features} is`, '0 looks at the outputs alone');
    oneOf('distill', OUTPUT_KINDS, outputs);
    const { length } = requireDataset(start, 'distill');
    const used = Math.min(samples, length);
    if (!(used >= FEWEST_SAMPLES)) bad(`${used} samples are too few`, `give at least ${FEWEST_SAMPLES}`);
  },
  async run(graph, { samples, steps, rate, temperature, features, outputs }, ctx) {
    const float = requireReference('distill', ctx);
    const feeds = await calibrationFeeds('distill', samples, ctx);
    ctx.rng.shuffle(feeds);
    const held = feeds.slice(0, Math.floor(feeds.length / 4));
    const data = stacked(graph, feeds.slice(held.length));
    const batch = Math.min(LARGEST_BATCH, held.length);

    const terms = outputTerms(graph, float, oneOf('distill', OUTPUT_KINDS, outputs));
    const simulation = simulate(graph);
    const parameters = simulation.parameters.map(({ name }) => name);
    if (parameters.length === 0) return graph;
    const task = trainingTask(simulation.graph, float, {
      batch,
      terms,
      temperature,
      features,
      layers: simulation.layers.map(({ node }) => node),
      weights: { labels: 0, teacher: 1 },
    });
    const step = trainingStep(task.graph, {
      loss: task.loss,
      parameters,
      optimizer: adam(),
      custom: simulation.custom,
    });
    const { judge, close } = await openJudge(task, parameters, stacked(graph, held), batch, ctx.open);
    try {
      const { values } = await train(step, {
        data,
        epochs: Math.ceil(steps / Math.floor(data.length / batch)),
        rate: cosine(rate),
        seed: ctx.rng.uint32(),
        open: ctx.open,
        validate: async (current) => (await judge(current)).loss,
        progress: ({ step: done, steps: all }) => ctx.progress(done, all),
        ...(ctx.signal && { signal: ctx.signal }),
      });
      const trained = simulation.quantized(values);
      const [before, after] = [
        await exactLoss(graph, float, { feeds: held, terms, temperature }, ctx),
        await exactLoss(trained, float, { feeds: held, terms, temperature }, ctx),
      ];
      const last = must(simulation.layers.at(-1), 'a layer').node;
      ctx.remark(
        last,
        `distance from the float model on held-back samples: ${rounded(before)}, trained ${rounded(after)}`,
      );
      return after < before ? trained : graph;
    } finally {
      await close();
    }
  },
});

/** Feeds of the simulation, whose inputs are real numbers. */
function stacked(graph: Graph, feeds: readonly Feeds[]): TrainingData {
  const tensors = graph.inputs.map((input): [ValueName, Tensor] => {
    const { dtype, quant } = typeOf(graph, input);
    const rows = feeds.map((feed) => must(feed.get(input), input));
    if (rows.some((row) => row.dtype !== (quant ? 'f32' : dtype)))
      bad(`samples of '${input}' are codes`, 'give real numbers');
    return [input, stackTensors(rows)];
  });
  return tensorData(new Map(tensors));
}

function bad(message: string, hint: string): never {
  throw new UserError({ code: 'BAD_ARGUMENT', message: `distill: ${message}`, hint });
}

function rounded(loss: number): string {
  return loss.toPrecision(3);
}
