import { createHash } from 'node:crypto';
import { qdqModel, type Transformation, transformModel } from './compile.ts';
import type { Dataset } from './data/dataset.ts';
import { datasetHash } from './data/dataset-hash.ts';
import { labelMaps } from './data/label-maps.ts';
import type { Json } from './ir/program.ts';
import type { Graph, Tensor, ValueName } from './ir/types.ts';
import { isQuantizedModel } from './passes/import-quantized/import-quantized.ts';
import type { Checkpoints, PassOptions, Step } from './passes/pass.ts';
import type { PipelineOptions } from './passes/pipeline.ts';
import { printRecipe } from './passes/recipe.ts';
import { allPasses } from './passes/registry.ts';
import { trains, tuningRecipe, withActivations, withFloatPasses, withTraining } from './passes/retrain/recipes.ts';
import { must, UserError } from './support/errors.ts';
import type { MemoryBudget } from './support/memory-budget.ts';

export interface TuneOptions {
  /** The ONNX file's bytes: a float model. */
  readonly model: Uint8Array;
  /** Its folder, for external data. */
  readonly directory?: string;
  /** Values of symbolic dimensions. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Inputs that become constants, by name. */
  readonly constants?: ReadonlyMap<ValueName, Tensor>;
  /** How many results fit where the data say how many there are, by the name of the node or of its result. */
  readonly capacities?: ReadonlyMap<string, number>;
  /** What the files may make us take: read, inflated, folded. Default: a budget of 1 GB for this call. */
  readonly memory?: MemoryBudget;
  /** Samples to train on; opened with the imported graph because they must fit its inputs. */
  readonly data: (graph: Graph) => Promise<Dataset>;
  /** The name of one of TUNING_RECIPES, or passes; the usual float passes are put in front of those that name none. */
  readonly recipe: string | readonly Step[];
  /** Bits of activations, as the pass calibrate takes them. Default: the recipe's. */
  readonly activations?: Json;
  /** Options for every pass of the recipe that trains: epochs, batch, rate, ... */
  readonly training?: PassOptions;
  /** Of everything random. Default 0. */
  readonly seed?: number;
  /** Where the state of training is kept; asked once, before anything runs. */
  readonly checkpoints?: (run: TuningRun) => Promise<Checkpoints>;
  readonly progress?: PipelineOptions['progress'];
  readonly signal?: AbortSignal;
}

/** What decides about every bit of the result, apart from this program. */
export interface TuningRun {
  /** SHA-256 of the file and of the constants in place of inputs. */
  readonly model: string;
  /** SHA-256 of labels and of some of the samples. */
  readonly data: string;
  readonly recipe: Json;
  readonly seed: number;
}

export interface Tuning extends Transformation {
  /**
   * An ONNX file with QuantizeLinear and DequantizeLinear that any ONNX tool opens; compileModel() reads back the codes,
   * scales and storage formats of `graph`.
   */
  readonly model: Uint8Array;
  readonly run: TuningRun;
}

/** A float model becomes one in few bits, re-trained. The same options give the same bytes. Throws UserError. */
export async function tuneModel(options: TuneOptions): Promise<Tuning> {
  const { model, directory, dimensions, constants, capacities, memory, seed = 0, progress, signal } = options;
  const recipe = recipeOf(options);
  let run: TuningRun | null = null;
  let store: Checkpoints | null = null;
  const transformation = await transformModel({
    model,
    ...(directory !== undefined && { directory }),
    ...(dimensions !== undefined && { dimensions }),
    ...(constants !== undefined && { constants }),
    ...(capacities !== undefined && { capacities }),
    ...(memory !== undefined && { memory }),
    recipe,
    async calibration(graph) {
      refuseQuantized(graph);
      const dataset = await options.data(graph);
      if (recipe.some(learnsFromLabels)) refuseLabels(graph, dataset);
      const hash = sha256(model, constants);
      run = { model: hash, data: datasetHash(dataset, SAMPLES), recipe: printRecipe('tune', recipe), seed };
      store = (await options.checkpoints?.(run)) ?? null;
      return dataset;
    },
    passes: {
      seed,
      ...(progress && { progress }),
      ...(signal && { signal }),
      ...(options.checkpoints && {
        checkpoints: {
          read: (name) => must(store, 'checkpoints').read(name),
          write: (name, checkpoint) => must(store, 'checkpoints').write(name, checkpoint),
        },
      }),
    },
  });
  if (transformation.precision !== 'int8') throw stillFloat();
  return {
    ...transformation,
    model: must(qdqModel(transformation), 'a model that came in float'),
    run: must<TuningRun>(run, 'a run'),
  };
}

function recipeOf({ recipe, activations, training = {} }: TuneOptions): readonly Step[] {
  const steps = typeof recipe === 'string' ? tuningRecipe(recipe, allPasses) : withFloatPasses(recipe);
  return withTraining(activations === undefined ? steps : withActivations(steps, activations), training);
}

function refuseQuantized(graph: Graph): void {
  if (!isQuantizedModel(graph)) return;
  throw new UserError({
    code: 'BAD_MODEL',
    message: 'the model is quantized already',
    hint: 'tune the float model it was made from',
  });
}

function learnsFromLabels({ pass, options }: Step): boolean {
  return trains(pass) && options.loss !== 'teacher';
}

/** Before hours of other work: labels, of samples or of places, must be classes of the first output, where that has classes. */
function refuseLabels({ outputs: [output], types }: Graph, dataset: Dataset): void {
  const { shape } = must(types.get(output), output);
  const maps = labelMaps(dataset, shape);
  if (maps) for (let i = 0; i < dataset.count; i++) maps.sample(i);
  const { name, labels } = dataset;
  const wrong = shape.length === 2 ? labels?.findIndex((label) => label < 0 || label >= shape[1]) : undefined;
  if (wrong === undefined || wrong < 0) return;
  throw new UserError({
    code: 'BAD_DATA',
    message: `the label of sample ${wrong} is ${labels?.[wrong]}, and the model has ${shape[1]} classes`,
    where: name,
    hint: `labels count from 0 to ${shape[1] - 1}; loss 'teacher' looks at none`,
  });
}

function stillFloat(): UserError {
  return new UserError({
    code: 'BAD_ARGUMENT',
    message: 'the recipe leaves the model in float32',
    hint: "add 'calibrate' and 'quantize-int8' to its passes",
  });
}

/** Of training data, that may be large. */
const SAMPLES = 64;

function sha256(bytes: Uint8Array, constants: ReadonlyMap<ValueName, Tensor> = new Map()): string {
  const hash = createHash('sha256').update(bytes);
  for (const [name, { data }] of constants)
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}
