import type * as Ort from 'onnxruntime-node';
import { unpack } from '../frontend/data-types.ts';
import { elementCount } from '../ir/shape.ts';
import type { DType, Shape, Tensor, TypedArray } from '../ir/types.ts';
import { UserError } from '../support/errors.ts';

export interface OrtOptions {
  /** Default 'disabled': the graph runs exactly as written. */
  readonly optimize?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Default 1: sums are always added in the same order. */
  readonly threads?: number;
  /** Keeps the memory of a run for the next one: faster, and never given back before release(). Default no. */
  readonly keepMemory?: boolean;
}

/** An input or output of a session; a dimension without a number is null, `shape` is null for sequences and the like. */
export interface OrtValue {
  readonly name: string;
  readonly dtype: DType | null;
  readonly shape: readonly (number | null)[] | null;
}

export interface OrtSession {
  readonly inputs: readonly OrtValue[];
  readonly outputs: readonly OrtValue[];
  /** Runs once; every input must be given. `fetch` names the outputs wanted (default: all). Throws UserError RUNTIME. */
  run(feeds: ReadonlyMap<string, Tensor>, fetch?: readonly string[]): Promise<Map<string, Tensor>>;
  /** Frees the native memory. The session cannot run afterwards. */
  release(): Promise<void>;
}

/** Loads ONNX bytes into onnxruntime. Throws UserError RUNTIME with onnxruntime's words. Call release() when done. */
export async function createSession(model: Uint8Array, options: OrtOptions = {}): Promise<OrtSession> {
  const ort = await loadRuntime();
  const session = await ort.InferenceSession.create(model, sessionOptions(options)).catch((error: unknown) =>
    fail('onnxruntime cannot load the graph', error),
  );

  const outputs = session.outputMetadata.map(describe);
  const readable = new Set(outputs.filter(({ dtype }) => dtype && canTravel(dtype)).map(({ name }) => name));
  return {
    inputs: session.inputMetadata.map(describe),
    outputs,
    async run(feeds, fetch = session.outputNames) {
      const inputs: Record<string, Ort.Tensor> = {};
      try {
        for (const name of fetch) if (!readable.has(name)) throw new Error(`the output '${name}' cannot be read`);
        for (const [name, tensor] of feeds) inputs[name] = toOrt(ort, tensor);
        const results = await session.run(inputs, fetch, { logSeverityLevel: 4 });
        return new Map(fetch.map((name) => [name, fromOrt(results[name])]));
      } catch (error) {
        return fail('onnxruntime cannot run the graph', error);
      }
    },
    async release() {
      await session.release();
    },
  };
}

/**
 * No session turns small numbers into zeros: onnxruntime 1.30 does that for the thread that makes the first session of a process,
 * and all of JavaScript behind it, or not at all (findings/denormals-of-the-first-session).
 */
export function sessionOptions(options: OrtOptions): Ort.InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: options.optimize ?? 'disabled',
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableCpuMemArena: options.keepMemory ?? false,
    logSeverityLevel: 4,
  };
}

/** Creates a session, uses it, and always frees it. */
export async function withSession<T>(
  model: Uint8Array,
  options: OrtOptions,
  use: (session: OrtSession) => Promise<T>,
): Promise<T> {
  const session = await createSession(model, options);
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

async function loadRuntime(): Promise<typeof Ort> {
  try {
    const ort = await import('onnxruntime-node');
    ort.env.logLevel = 'fatal';
    return ort;
  } catch (cause) {
    throw missingRuntime(cause);
  }
}

export function missingRuntime(cause: unknown): UserError {
  const problem = {
    code: 'RUNTIME' as const,
    message: 'onnxruntime-node cannot be loaded',
    because: [cleanMessage(cause)],
    hint: 'install it beside nibblec: npm install onnxruntime-node',
  };
  return new UserError(problem, { cause });
}

/** onnxruntime's type names for ours; its JavaScript interface knows no bf16, i2 and u2. */
const ORT_TYPES: Readonly<Partial<Record<DType, Ort.Tensor.Type>>> = {
  f32: 'float32',
  u8: 'uint8',
  i8: 'int8',
  u16: 'uint16',
  i16: 'int16',
  i32: 'int32',
  i64: 'int64',
  bool: 'bool',
  f16: 'float16',
  f64: 'float64',
  u32: 'uint32',
  u64: 'uint64',
  u4: 'uint4',
  i4: 'int4',
  string: 'string',
};
const DTYPES = new Map(Object.entries(ORT_TYPES).map(([dtype, type]) => [type, dtype as DType]));

/** Whether a session can have inputs and outputs of this type. */
export function isVisible(dtype: DType): boolean {
  return ORT_TYPES[dtype] !== undefined;
}

/** Whether tensors of this type can be fed and read. Reading int4 would end the process (onnxruntime-node 1.30). */
export function canTravel(dtype: DType): boolean {
  return isVisible(dtype) && dtype !== 'string' && dtype !== 'i4' && dtype !== 'u4';
}

export function describe(value: Ort.InferenceSession.ValueMetadata): OrtValue {
  if (!value.isTensor) return { name: value.name, dtype: null, shape: null };
  const shape = value.shape.map((dimension) => (typeof dimension === 'number' ? dimension : null));
  return { name: value.name, dtype: DTYPES.get(value.type) ?? null, shape };
}

function toOrt(ort: typeof Ort, tensor: Tensor): Ort.Tensor {
  const { type, data, dims } = feedOf(tensor);
  return new ort.Tensor(type, data, dims);
}

/** What an Ort.Tensor is made of, for those who make it elsewhere. */
export function feedOf({ dtype, data, shape }: Tensor): {
  readonly type: Ort.Tensor.Type;
  readonly data: TypedArray;
  readonly dims: Shape;
} {
  const type = ORT_TYPES[dtype];
  if (!type || !canTravel(dtype)) throw new Error(`tensors of type ${dtype} cannot be fed to onnxruntime`);
  return { type, data, dims: shape };
}

export function fromOrt(value: Pick<Ort.Tensor, 'type' | 'dims' | 'data'>): Tensor {
  const dtype = DTYPES.get(value.type);
  if (!dtype || !canTravel(dtype)) throw new Error(`tensors of type ${value.type} cannot be read from onnxruntime`);
  const shape: Shape = [...value.dims];
  const { buffer, byteOffset, byteLength } = value.data as Exclude<Ort.Tensor.DataType, string[]>;
  return { dtype, shape, data: unpack(dtype, new Uint8Array(buffer, byteOffset, byteLength), elementCount(shape)) };
}

export function fail(message: string, cause: unknown): never {
  throw new UserError({ code: 'RUNTIME', message, because: [cleanMessage(cause)] }, { cause });
}

/** onnxruntime's words without its source paths and C++ signatures: what follows the balanced parameter list. */
export function cleanMessage(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  const prefix = /^(.*?)\/\S*\.(?:cc|h|hpp|cpp):\d+ /.exec(text);
  if (!prefix) return text;
  const rest = text.slice(prefix[0].length);
  let depth = 0;
  for (let i = rest.indexOf('('); i >= 0 && i < rest.length; i++) {
    if (rest[i] === '(') depth++;
    if (rest[i] === ')') depth--;
    if (depth === 0 && rest[i] === ')') {
      return (
        prefix[1] +
        rest
          .slice(i + 1)
          .replace(/^ const\b/, '')
          .replace(/^ \[with [^\]]*\]/, '')
          .trim()
      );
    }
  }
  return text;
}
