import { createHash } from 'node:crypto';
import type { GeneratedFiles } from './codegen/emit.ts';
import { generate } from './codegen/generate.ts';
import type { DatasetInput } from './data/column.ts';
import type { Dataset } from './data/dataset.ts';
import { trialSamples } from './data/trial-samples.ts';
import { exportOnnx } from './frontend/export-onnx.ts';
import type { ModelFile } from './frontend/file-copy.ts';
import { importOnnx } from './frontend/import-onnx.ts';
import { widespreadOpset } from './frontend/opset.ts';
import { runnableGraph } from './frontend/runnable-graph.ts';
import { typeOf } from './ir/graph.ts';
import type { Goal } from './ir/lowering.ts';
import type { Json, MemoryPlan, Program } from './ir/program.ts';
import type { Graph, Tensor, ValueName } from './ir/types.ts';
import { buildOracle } from './oracle/build-oracle.ts';
import { dropEntropyCodes } from './passes/fewbit/drop-entropy-codes.ts';
import { fewBit } from './passes/fewbit/few-bit.ts';
import { floatPasses } from './passes/float/index.ts';
import { widenHalf } from './passes/float/widen-half.ts';
import { exportQdq } from './passes/import-quantized/export-qdq.ts';
import {
  isQuantizedModel,
  quantizedFloatPasses,
  quantizedImportPasses,
} from './passes/import-quantized/import-quantized.ts';
import { step } from './passes/pass.ts';
import { type Pipeline, type PipelineOptions, type Remark, runPipeline } from './passes/pipeline.ts';
import { calibrate } from './passes/quantize/calibrate.ts';
import { correctBias } from './passes/quantize/correct-bias.ts';
import { dropRoundings } from './passes/quantize/drop-roundings.ts';
import { equalize } from './passes/quantize/equalize.ts';
import { quantizeInt8 } from './passes/quantize/quantize-int8.ts';
import { refineRanges } from './passes/quantize/refine-ranges.ts';
import { spellOut } from './passes/quantize/spell-out.ts';
import { unrollRecurrent } from './passes/quantize/unroll-recurrent.ts';
import { allPasses } from './passes/registry.ts';
import { distill } from './passes/retrain/distill.ts';
import { isClosed } from './quant/closed.ts';
import type { CalibrationMethod } from './quant/observers.ts';
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
}

/** What the passes need to know. */
export interface TransformOptions {
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
  /** What the files may make us take: read, inflated, folded. Default: a budget of 1 GB for this call. */
  readonly memory?: MemoryBudget;
  /** Default: int8 with calibration data, `weights` or `activations`, else float32. */
  readonly precision?: 'float32' | 'int8';
  /** Samples of the model's input; opened with the imported graph because it must fit its inputs. */
  readonly calibration?: (graph: Graph) => Promise<Dataset>;
  readonly calibrate?: { readonly samples?: number; readonly method?: CalibrationMethod; readonly percentile?: number };
  /** Cross-layer equalization before calibration. Default no: it helps where channels differ much, and can cost elsewhere. */
  readonly equalize?: boolean;
  /** Bias correction after quantization. Default yes. */
  readonly correctBias?: boolean;
  /**
   * Formats of weights in few bits, layer by layer: the `layers` of the pass few-bit. Entropy codes that do not pay are dropped.
   * Default: int8.
   */
  readonly weights?: Json;
  /** Activations in 4 bits, packed two to a byte, or in 16: the `activations` of the pass calibrate. Default: 8 bits. */
  readonly activations?: Json;
  /** Scales and biases trained against the float model at the end. Default no: it takes a minute or so. */
  readonly distill?: boolean;
  /** Nodes (by name) that stay in float. */
  readonly exclude?: readonly string[];
  /** Keep float32 at the model's borders. Default: inputs and outputs are int8 codes. */
  readonly floatIo?: boolean;
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
  return generateModel(model, new Map(Object.entries(kernels)));
}

type Ungenerated = Omit<Compilation, 'oracle' | 'program' | 'plan' | 'files'>;

function generateModel(model: Ungenerated, pins: ReadonlyMap<string, string>): Compilation {
  const { graph, name, target, ioLayout, goal, provenance } = model;
  const kernels = { goal, core: target.core, pins };
  const flashBytes = target.flashBytes * target.budget.flash;
  const generated = generate(graph, { name, features: target.features, ioLayout, kernels, flashBytes, provenance });
  return { ...model, ...generated, oracle: runnableGraph(buildOracle(graph)) };
}

/** The first half: ONNX in, the graph that becomes C out (with `passes.stopAfter`, some earlier graph). */
export async function transformModel(options: TransformOptions): Promise<Transformation> {
  const { memory = new MemoryBudget() } = options;
  const untrue: Remark[] = [];
  const remark = (text: string) => untrue.push({ pass: 'import', op: 'model', node: '', text });
  const { capacities = new Map() } = options;
  const imported = await importOnnx(options.model, { ...fileOf(options), capacities, memory, remark });
  const dataset = options.calibration ? await options.calibration(imported) : null;
  const notRun = await tryFile(fileOf(options), trialSamples(inputsOf(imported), dataset));
  const precision = options.precision ?? (asksForInt8(options) || dataset ? 'int8' : 'float32');
  const pipeline = options.recipe ?? defaultPipeline(imported, precision, options);
  const evaluator = createEvaluator(memory);
  try {
    const { graph, reference, remarks } = await runPipeline(imported, pipeline, {
      ...options.passes,
      known: allPasses,
      memory,
      evaluate: evaluator.evaluate,
      open: openTrainingSession,
      ...(dataset && {
        dataset: { length: dataset.count, labels: dataset.labels, sample: (index) => dataset.sample(index) },
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

/** Whether some activations get 16 bits. */
function hasWide(activations: Json | undefined): boolean {
  return Array.isArray(activations) && activations.some((entry) => (entry as { bits?: Json } | null)?.bits === 16);
}

function asksForInt8({ weights, activations }: TransformOptions): boolean {
  return weights !== undefined || activations !== undefined;
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

/** A model that is quantized already becomes integer as it says, unless float32 is asked for. */
function defaultPipeline(imported: Graph, precision: 'float32' | 'int8', options: TransformOptions): Pipeline {
  if (isQuantizedModel(imported)) return options.precision === 'float32' ? quantizedFloatPasses : quantizedImportPasses;
  return precision === 'int8' ? int8Pipeline(options) : floatPasses;
}

/** What makes a float model int8. */
export function int8Pipeline(options: Omit<TransformOptions, 'model'>): Pipeline {
  return [widenHalf, dropRoundings, ...floatPasses, ...int8Passes(options)];
}

/**
 * The defaults came closest to the float outputs on held-out training samples of six models: mean SQNR 34.2 dB for mse
 * calibration with bias correction (33.4 minmax, 32.8 percentile; without correction 32.8, 31.8, 31.3). Equalization adds
 * 1.2 dB to the depthwise keyword spotters and takes up to 0.8 dB from others, so it has to be asked for. few-bit
 * corrects the biases of the layers it encodes, and makes up for what other layers lost.
 */
function int8Passes(options: Omit<TransformOptions, 'model'>): Pipeline {
  const { calibrate: how = {}, exclude = [], floatIo = false } = options;
  return [
    step(unrollRecurrent, { exclude }),
    step(spellOut, { exclude, products: hasWide(options.activations) }),
    ...(options.equalize ? [equalize] : []),
    step(calibrate, { ...how, ...(options.activations !== undefined && { activations: options.activations }) }),
    ...(options.activations === undefined ? [] : [refineRanges]),
    step(quantizeInt8, { exclude, floatIo }),
    ...(options.correctBias === false ? [] : [correctBias]),
    ...(options.weights === undefined ? [] : [step(fewBit, { layers: options.weights }), dropEntropyCodes]),
    ...(options.distill ? [distill] : []),
  ];
}
