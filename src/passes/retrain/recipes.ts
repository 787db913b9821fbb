import type { Json } from '../../ir/program.ts';
import { UserError } from '../../support/errors.ts';
import { nearestName } from '../../support/nearest.ts';
import { floatPasses } from '../float/index.ts';
import { type AnyPass, type PassOptions, type Step, step } from '../pass.ts';
import { calibrate } from '../quantize/calibrate.ts';
import { spellOut } from '../quantize/spell-out.ts';
import { parseRecipe } from '../recipe.ts';

/** The first and the last layer keep 8 bits, as in the papers. */
const BORDERS = [
  { match: ':first', format: 'int8' },
  { match: ':last', format: 'int8' },
];
const INT8: readonly Json[] = [['calibrate', { samples: 512 }], 'quantize-int8'];

/** As the paper for few bits: the last weights to be frozen cost most. */
const LONG_TAIL = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1];

const inq = (bits: number): Json => [
  ...INT8,
  ['few-bit', { layers: [{ match: '*', format: `pow2-${bits}` }], scales: 'layer-pow2' }],
  ['inq', { epochs: 1, ...(bits <= 3 && { portions: LONG_TAIL }) }],
];
const lsq = (bits: number): Json => [
  ...INT8,
  ['few-bit', { layers: [{ match: '*', format: `int${bits}` }, ...BORDERS] }],
  ['lsq', { epochs: 2 }],
];
const ternary: Json = ['few-bit', { layers: [{ match: '*', format: 'ternary' }, ...BORDERS] }];

/** For sizes far below two bits per weight. */
const sparse: Json = [
  [
    'prune',
    {
      layers: [
        { match: '*', keep: 0.15 },
        { match: ':first', keep: 0.7 },
        { match: ':last', keep: 0.4 },
      ],
      epochs: 2,
      settle: 4,
    },
  ],
  ...INT8,
  ['entropy-constrained', { bits: 0.75 }],
  ['shared-values', { joint: false, epochs: 4 }],
];

/** Recipes that re-train, by name: what comes after the float passes. */
export const TUNING_RECIPES: Readonly<Record<string, Json>> = {
  'inq-5': inq(5),
  'inq-4': inq(4),
  'inq-3': inq(3),
  'inq-2': inq(2),
  ttq: [...INT8, ternary, ['ttq', { epochs: 4 }]],
  twn: [...INT8, ternary, ['twn', { start: 'codes', epochs: 4 }]],
  'lsq-4': lsq(4),
  'lsq-3': lsq(3),
  sparse,
  choi: [...INT8, ['joint-codebook', { entries: 16, code: 'huffman' }], ['shared-values', { epochs: 2 }]],
};

/** The recipe of this name as a pipeline. Throws UserError BAD_ARGUMENT with the nearest name. */
export function tuningRecipe(name: string, known: readonly AnyPass[]): readonly Step[] {
  const passes = Object.hasOwn(TUNING_RECIPES, name) ? TUNING_RECIPES[name] : null;
  if (passes !== null) return withFloatPasses(parseRecipe({ name, passes }, known).pipeline);
  const names = Object.keys(TUNING_RECIPES);
  const nearest = nearestName(name, names);
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `there is no recipe '${name}'`,
    because: [`known: ${names.join(', ')}; or the path of a JSON file`],
    hint: nearest ? `did you mean '${nearest}'?` : 'choose one of these',
  });
}

/** A recipe that names no float pass gets the usual ones in front, and operators spelled in those that have integer forms. */
export function withFloatPasses(pipeline: readonly Step[]): readonly Step[] {
  const own = pipeline.some(({ pass }) => floatPasses.includes(pass));
  return own ? pipeline : [...floatPasses.map((pass) => step(pass)), step(spellOut), ...pipeline];
}

/** The recipe with these options in every pass that trains. Throws UserError BAD_ARGUMENT when none does. */
export function withTraining(pipeline: readonly Step[], options: PassOptions): readonly Step[] {
  const names = Object.keys(options);
  if (names.length === 0) return pipeline;
  if (pipeline.some(({ pass }) => trains(pass))) {
    return pipeline.map((entry) =>
      trains(entry.pass) ? { ...entry, options: { ...entry.options, ...options } } : entry,
    );
  }
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `nothing in the recipe trains, so '${names[0]}' says nothing`,
    hint: 'leave it out, or choose a recipe that trains',
  });
}

/** The recipe with these bits of activations: those of calibration. Throws UserError BAD_ARGUMENT when it has none. */
export function withActivations(pipeline: readonly Step[], activations: Json): readonly Step[] {
  const calibrates = ({ pass }: Step) => pass.name === calibrate.name;
  if (pipeline.some(calibrates)) {
    return pipeline.map((entry) =>
      calibrates(entry) ? { ...entry, options: { ...entry.options, activations } } : entry,
    );
  }
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message: `nothing in the recipe calibrates, so bits of activations say nothing`,
    hint: "leave --activations out, or add 'calibrate' to its passes",
  });
}

/** A pass with options of training. */
export function trains({ defaults }: AnyPass): boolean {
  return 'epochs' in defaults && 'rate' in defaults;
}
