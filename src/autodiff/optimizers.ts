import type { ValueName } from '../ir/types.ts';
import type { Builder } from './builder.ts';

/** How a gradient becomes a step, as nodes of the training graph. */
export interface Optimizer {
  /** Names of the states kept for each parameter, of its shape and zero at first. */
  readonly states: readonly string[];
  /** What to subtract from the parameter, and the states after it. */
  step(build: Builder, given: StepInputs): { readonly step: ValueName; readonly states: readonly ValueName[] };
  /** The rate to feed for a wanted learning rate at step 1, 2, ... */
  rateAt(rate: number, step: number): number;
}

export interface StepInputs {
  readonly parameter: ValueName;
  readonly gradient: ValueName;
  readonly states: readonly ValueName[];
  /** Scalar. */
  readonly rate: ValueName;
}

/** v' = momentum v + g + weightDecay w; step = rate v'. */
export function sgd({ momentum = 0.9, weightDecay = 0 } = {}): Optimizer {
  return {
    states: momentum === 0 ? [] : ['velocity'],
    step(build, { parameter, gradient, states, rate }) {
      const decayed = weightDecay === 0 ? gradient : build.add(gradient, build.scale(parameter, weightDecay));
      if (momentum === 0) return { step: build.mul(decayed, rate), states: [] };
      const velocity = build.add(build.scale(states[0], momentum), decayed);
      return { step: build.mul(velocity, rate), states: [velocity] };
    },
    rateAt: (rate) => rate,
  };
}

/**
 * m' = b1 m + (1 - b1) g, v' = b2 v + (1 - b2) g^2; step = rate (m' / (sqrt(v') + epsilon) + weightDecay w), where the
 * rate of step t holds the correction sqrt(1 - b2^t) / (1 - b1^t) (Kingma and Ba, 2015, end of section 2; decay as
 * Loshchilov and Hutter, 2019).
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = {}): Optimizer {
  return {
    states: ['mean', 'square'],
    step(build, { parameter, gradient, states, rate }) {
      const mean = build.add(build.scale(states[0], beta1), build.scale(gradient, 1 - beta1));
      const square = build.add(build.scale(states[1], beta2), build.scale(build.mul(gradient, gradient), 1 - beta2));
      const size = build.add(build.unary('Sqrt', square), build.scalar(epsilon));
      const direction = build.div(mean, size);
      const decayed = weightDecay === 0 ? direction : build.add(direction, build.scale(parameter, weightDecay));
      return { step: build.mul(decayed, rate), states: [mean, square] };
    },
    rateAt: (rate, step) => (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step),
  };
}
