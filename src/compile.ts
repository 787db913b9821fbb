import { createHash } from 'node:crypto';
import type { RowOptions } from './codegen/by-rows.ts';
import type { GeneratedFiles } from './codegen/emit.ts';
import { generate } from './codegen/generate.ts';
import type { DatasetInput } from './data/column.ts';
import type { Dataset } from './data/dataset.ts';
import { inSequence } from './data/in-sequence.ts';
import { labelMaps } from './data/label-maps.ts';
import { trialSamples } from './data/trial-samples.ts';
import { exportOnnx } from './frontend/export-onnx.ts';
import type { ModelFile } from './frontend/file-copy.ts';
import { importOnnx } from './frontend/import-onnx.ts';
import { widespreadOpset } from './frontend/opset.ts';
import { runnableGraph } from './frontend/runnable-graph.ts';
import { type GivenStates, withStates } from './frontend/with-states.ts';
import { typeOf } from './ir/graph.ts';
import type { Goal } from './ir/lowering.ts';
import type { MemoryPlan, Program } from './ir/program.ts';
import type { Graph, Tensor, ValueName } from './ir/types.ts';
import { buildOracle } from './oracle/build-oracle.ts';
import { exportQdq } from './passes/import-quantized/export-qdq.ts';
import { isQuantizedModel } from './passes/import-quantized/import-quantized.ts';
import { type Pipeline, type PipelineOptions, type Remark, runPipeline } from './passes/pipeline.ts';
import { refuseIdle } from './passes/refuse-idle.ts';
import { allPasses } from './passes/registry.ts';
import { type UsualOptions, usualPipeline } from './passes/usual-pipeline.ts';
import { isClosed } from './quant/closed.ts';
import { createEvaluator } from './runtime/evaluator.ts';
import { openTrainingSession } from './runtime/training-session.ts';
import { type NotRun, tryFile } from './runtime/try-file.ts';
import { MemoryBudget } from './support/memory-budget.ts';
import { cIdentifier } from './support/names.ts';
import type { Target } from './targets/target.ts';
import { VERSION } from './version.ts';

export interface CompileOptions extends TransformOptions {
  /** Becomes the C prefix and the file names. */
  readonly name: string;
  readonly target: Target;
  /** 'native' (default): images channels-last; 'onnx': everything in ONNX order. */
  readonly ioLayout?: 'native' | 'onnx';
  /** What kernels are chosen for. Default balanced. */
  readonly goal?: Goal;
  /** The kernel of some layers, by node name. */
  readonly kernels?: Readonly<Record<string, string>>;
  /** What the arena may take: layers are computed row by row to get there. Default: what the target leaves for it. */
  readonly ramBytes?: number;
  /** Whether layers may be computed together, row by row. Default true. */
  readonly fuse?: boolean;
  /** Whether the image comes row by row, through NAME_feed(), and never lies in the arena as a whole. Default false. */
  readonly inputRows?: boolean;
}

/** What the passes need to know. */
export interface TransformOptions extends UsualOptions {
  /** The ONNX file's bytes. */
  readonly model: Uint8Array;
  /** Its folder, for external data. */
  readonly directory?: string;
  /** Values of symbolic dimensions. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Inputs that become constants, by name; cast to the type of the input. */
  readonly constants?: ReadonlyMap<ValueName, Tensor>;
  /** How many results fit where the data say how many there are, by the name of the node or of its result. */
  readonly capacities?: ReadonlyMap<string, number>;
  /** Outputs whose values stay in the arena for the inputs of the next run, by these; recurrent layers have such by themselves. */
  readonly states?: GivenStates;
  /** What the files may make us take: read, inflated, folded. Default: a budget of 1 GB for this call. */
  readonly memory?: MemoryBudget;
  /** Samples of the model's input; opened with the imported graph because it must fit its inputs. */
  readonly calibration?: (graph: Graph) => Promise<Dataset>;
  /** The passes to run instead of the usual ones. */
  readonly recipe?: Pipeline;
  readonly passes?: Pick<
    PipelineOptions,
    'dumpIr' | 'printIrAfter' | 'printIr' | 'stopAfter' | 'progress' | 'signal' | 'seed' | 'checkpoints'
  >;
}

/** What the passes made of a model. */
export interface Transformation {
  readonly precision: 'float32' | 'int8';
  /** As the file was read. */
  readonly imported: Graph;
  /** After the float passes: what the quantized one is compared with. */
  readonly floatGraph: Graph;
  readonly graph: Graph;
  /** The file says itself which of its values are integers. */
  readonly quantizedFile: boolean;
  /** Such a file, and float32 computes it without rounding: no code of the C may differ. */
  readonly exactFile: boolean;
  /** It computes some values in float16: the C is more precise. */
  readonly halves: boolean;
  /** The calibration samples, when there were any. */
  readonly dataset: Dataset | null;
  /** What is left of the budget, for further data. */
  readonly memory: MemoryBudget;
  readonly remarks: readonly Remark[];
}

/** `graph` is what became C. */
export interface Compilation extends Transformation {
  /** What it was made of: verifyModel() runs it. */
  readonly file: ModelFile;
  readonly name: string;
  readonly target: Target;
  readonly ioLayout: 'native' | 'onnx';
  readonly goal: Goal;
  /** The graph in plain ONNX: integer tensors that any runtime computes exactly as the C does. */
  readonly oracle: Graph;
  readonly program: Program;
  readonly plan: MemoryPlan;
  readonly files: GeneratedFiles;
  /** Of the ONNX file. */
  readonly modelSha256: string;
  /** Lines for the banner of everything generated: tool, precision, target, model hash. */
  readonly provenance: readonly string[];
}

/** The main job: ONNX in, C out. Throws UserError for everything the user can mend. */
export async function compileModel(options: CompileOptions): Promise<Compilation> {
  return generateC(await transformModel(options), options);
}

/** The second half: the graph that the passes made becomes C for a target. */
export function generateC(transformation: Transformation, options: CompileOptions): Compilation {
  const { target, ioLayout = 'native', goal = 'balanced', kernels = {} } = options;
  const name = cIdentifier(options.name, 'model').toLowerCase();
  const modelSha256 = createHash('sha256').update(options.model).digest('hex');
  const { precision } = transformation;
  const source = `${precision}, target ${target.name}, model sha256 ${modelSha256.slice(0, 16)}`;
  const provenance = [`nibblec ${VERSION}, ${source}`];
  const model = { ...transformation, file: fileOf(options), name, target, ioLayout, goal, modelSha256, provenance };
  const { fuse = true, inputRows = false, ramBytes = target.ramBytes * target.budget.ram - STACK_BYTES } = options;
  return generateModel(model, new Map(Object.entries(kernels)), { fuse, ramBytes, inputRows });
}

/** Left of the RAM for the stack, which nobody knows before a compiler ran. */
const STACK_BYTES = 1024;

type Ungenerated = Omit<Compilation, 'oracle' | 'program' | 'plan' | 'files'>;

function generateModel(model: Ungenerated, pins: ReadonlyMap<string, string>, rows: RowOptions): Compilation {
  const { graph, name, target, ioLayout, goal, provenance } = model;
  const kernels = { goal, core: target.core, pins };
  const flashBytes = target.flashBytes * target.budget.flash;
  const generated = generate(graph, {
    name,
    features: target.features,
    ioLayout,
    kernels,
    flashBytes,
    provenance,
    ...rows,
  });
  return { ...model, ...generated, oracle: runnableGraph(buildOracle(graph)) };
}

/** The first half: ONNX in, the graph that becomes C out (with `passes.stopAfter`, some earlier graph). */
export async function transformModel(options: TransformOptions): Promise<Transformation> {
  const { memory = new MemoryBudget() } = options;
  const untrue: Remark[] = [];
  const remark = (text: string) => untrue.push({ pass: 'import', op: 'model', node: '', text });
  const { capacities = new Map() } = options;
  const read = await importOnnx(options.model, { ...fileOf(options), capacities, memory, remark });
  const imported = withStates(read, options.states);
  const given = options.calibration ? await options.calibration(imported) : null;
  const evaluator = createEvaluator(memory);
  try {
    const dataset = given && (await inSequence(given, imported, evaluator.evaluate));
    const notRun = await tryFile(fileOf(options), trialSamples(inputsOf(imported), dataset));
    const pipeline = pipelineOf(options, imported, dataset !== null);
    const { graph, reference, remarks } = await runPipeline(imported, pipeline, {
      ...options.passes,
      known: allPasses,
      memory,
      evaluate: evaluator.evaluate,
      open: openTrainingSession,
      ...(dataset && {
        dataset: {
          length: dataset.count,
          labels: dataset.labels,
          maps: labelMaps(dataset, typeOf(imported, imported.outputs[0]).shape),
          sample: (index) => dataset.sample(index),
        },
      }),
    });
    return {
      precision: isQuantized(graph) ? 'int8' : 'float32',
      imported,
      floatGraph: reference ?? imported,
      memory,
      graph,
      quantizedFile: isQuantizedModel(imported),
      halves: imported.nodes.some(({ outputs }) =>
        outputs.some((output) => output && typeOf(imported, output).dtype === 'f16'),
      ),
      exactFile: isQuantizedModel(imported) && isQuantized(graph) && isClosed(imported, graph),
      dataset,
      remarks: [...(notRun ? [remarkOn(notRun)] : []), ...untrue, ...remarks],
    };
  } finally {
    await evaluator.release();
  }
}

function pipelineOf(options: TransformOptions, imported: Graph, calibrated: boolean): Pipeline {
  if (!options.recipe) return usualPipeline(imported, calibrated, options);
  refuseIdle(options, 'a recipe', 'say it in the passes that the recipe lists');
  return options.recipe;
}

function inputsOf(graph: Graph): DatasetInput[] {
  return graph.inputs.map((name) => ({ name, ...typeOf(graph, name) }));
}

/** How the remark begins on a file that onnxruntime does not run. */
export const NOT_RUN = 'onnxruntime does not run it on every sample';

function remarkOn({ node, text }: NotRun): Remark {
  const [op = 'model', ...name] = node?.split(' ') ?? [];
  const words = `${NOT_RUN}: ${text}`;
  return { pass: 'import', op, node: name.join(' ').replace(/^'|'$/g, ''), text: words };
}

function fileOf({ model, directory, dimensions, constants }: TransformOptions): ModelFile {
  return {
    bytes: model,
    ...(directory !== undefined && { directory }),
    ...(dimensions !== undefined && { dimensions }),
    ...(constants !== undefined && { constants }),
  };
}

function isQuantized(graph: Graph): boolean {
  return [...graph.types.values()].some(({ quant }) => quant !== null);
}

/** The quantized model as an ONNX file that computes what the C computes. */
export function oracleModel(compilation: Compilation): Uint8Array {
  return exportOnnx(compilation.oracle, { producer: 'nibblec' });
}

/**
 * The quantized model as an ONNX file with QuantizeLinear and DequantizeLinear, which any ONNX tool opens; sums are rounded
 * in float32 there. compileModel() reads back the codes, scales, tables and storage formats of `graph` and uses no float
 * result of onnxruntime: the same C on every processor. Null for a file that came quantized.
 */
export function qdqModel({ graph, quantizedFile }: Transformation): Uint8Array | null {
  if (quantizedFile) return null;
  const plain = exportQdq(graph);
  return exportOnnx(plain, { producer: 'nibblec', opset: widespreadOpset(plain) });
}
