/**
 * Asks the installed onnxruntime in which operator sets it runs each operator that nibblec knows, by element type, and
 * writes src/frontend/newest-kernels.ts: those that the newest operator set has no kernel for while an older one has, and
 * what to compute in where none has.
 * `npx tsx scripts/newest-kernels.ts`, after a change of onnxruntime.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import onnxProto from 'onnx-proto';
import { codeOf } from '../src/frontend/data-types.ts';
import { writeModel } from '../src/frontend/onnx-writer.ts';
import { NEWEST_OPSET } from '../src/frontend/opset.ts';
import { hasOwnRule } from '../src/frontend/own-types.ts';
import { tensorOf } from '../src/ir/tensor.ts';
import type { Attribute, DType } from '../src/ir/types.ts';
import { OPERATORS } from '../src/ops/index.ts';
import { createSession } from '../src/runtime/ort-session.ts';
import { UserError } from '../src/support/errors.ts';

const { ModelProto } = onnxProto.onnx;

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
export const TABLE = fileURLToPath(new URL('../src/frontend/newest-kernels.ts', import.meta.url));

/** Graphs are in a form that older operator sets do not have. */
const OLDEST = 16;
/** What the C computes with. */
const TYPES: readonly DType[] = ['f32', 'f64', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'bool'];
/** T: the element type in question. */
const OPERANDS = ['T', 'i64', 'f32', 'i32', 'bool'] as const;
type Operand = (typeof OPERANDS)[number];

/** Attributes an operator must have. */
const REQUIRED: Readonly<Record<string, Readonly<Record<string, Attribute>>>> = {
  BitCast: { to: codeOf('i32') },
  BitShift: { direction: 'LEFT' },
  Cast: { to: codeOf('i32') },
  Concat: { axis: 0 },
  DepthToSpace: { blocksize: 1 },
  SpaceToDepth: { blocksize: 1 },
  Einsum: { equation: 'i->i' },
  GroupNormalization: { num_groups: 1 },
  GRU: { hidden_size: 1 },
  LSTM: { hidden_size: 1 },
  RNN: { hidden_size: 1 },
  LRN: { size: 1 },
  AveragePool: { kernel_shape: [1] },
  LpPool: { kernel_shape: [1] },
  MaxPool: { kernel_shape: [1] },
  MaxUnpool: { kernel_shape: [1] },
  Split: { num_outputs: 1 },
  LinearAttention: { q_num_heads: 1, kv_num_heads: 1 },
  TfIdfVectorizer: {
    max_gram_length: 1,
    max_skip_count: 0,
    min_gram_length: 1,
    mode: 'TF',
    ngram_counts: [0],
    ngram_indexes: [0],
    pool_int64s: [1],
  },
  ConstantOfShape: { value: tensorOf('f32', [1], [0]) },
};

/** 'kernel': it runs; 'none': the operator set has it, onnxruntime has no kernel; 'invalid': no such operator or operands. */
export type Answer = 'kernel' | 'none' | 'invalid';

export async function ask(op: string, operands: readonly Operand[], dtype: DType, opset: number): Promise<Answer> {
  const { graph, ...model } = ModelProto.decode(
    writeModel({
      name: 'ask',
      nodes: [
        {
          op,
          domain: '',
          name: 'node',
          inputs: operands.map((_, i) => `x${i}`),
          outputs: ['y'],
          attributes: REQUIRED[op] ?? {},
        },
      ],
      inputs: [],
      outputs: [{ name: 'y', type: null }],
      constants: new Map(),
      opset,
    }),
  );
  // Without shapes there is nothing for the operator to find fault with but the types.
  const input = operands.map((operand, i) => ({
    name: `x${i}`,
    type: { tensorType: { elemType: codeOf(operand === 'T' ? dtype : operand) } },
  }));
  const bytes = ModelProto.encode({ ...model, graph: { ...graph, input } }).finish();
  try {
    await (await createSession(bytes)).release();
    return 'kernel';
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const words = error.problem.because?.[0] ?? '';
    if (/could not find an implementation/i.test(words)) return 'none';
    return /during initialization/i.test(words) ? 'kernel' : 'invalid';
  }
}

/** Operands of the fewest inputs with which the operator exists, or null: they are alike for all of its types. */
async function operandsOf(op: string): Promise<readonly Operand[] | null> {
  if (op === 'Where') return ['bool', 'T', 'T'];
  for (let count = 0; count <= 5; count++) {
    for (const operands of lists(count)) {
      for (const dtype of ['f32', 'i32', 'bool'] as const) {
        if ((await ask(op, operands, dtype, NEWEST_OPSET)) !== 'invalid') return operands;
      }
    }
  }
  return null;
}

/** All lists of so many operands that begin with T; from the fourth input on only T and int64 are tried. */
function lists(count: number): readonly (readonly Operand[])[] {
  if (count === 0) return [[]];
  return lists(count - 1).flatMap((list) =>
    (count === 1 ? ['T' as const] : count <= 3 ? OPERANDS : OPERANDS.slice(0, 2)).map((operand) => [...list, operand]),
  );
}

/** Types that hold all numbers of another, in the order in which they are tried; float32 those of float64 as far as it reaches. */
const WIDER: Readonly<Partial<Record<DType, readonly DType[]>>> = {
  f64: ['f32'],
  bool: ['u8', 'i32'],
  i8: ['i32', 'i64'],
  u8: ['i32', 'i64'],
  i16: ['i32', 'i64'],
  u16: ['i32', 'i64'],
  u32: ['i64'],
  u64: ['i64'],
};

/** For the types that no operator set has a kernel for: one of which some have. Bits are what they are. */
export async function standIns(op: string): Promise<Partial<Record<DType, DType>>> {
  const found: Partial<Record<DType, DType>> = {};
  const operands = op === 'BitCast' ? null : await operandsOf(op);
  if (!operands) return found;
  const hasKernel = async (dtype: DType) => {
    for (let opset = NEWEST_OPSET; opset >= OLDEST; opset--)
      if ((await ask(op, operands, dtype, opset)) === 'kernel') return true;
    return false;
  };
  // Others are not imported where onnxruntime cannot tell their types.
  const types = TYPES.filter(
    (dtype) =>
      dtype === 'f64' ||
      hasOwnRule({
        op,
        domain: '',
        name: '',
        inputs: [],
        outputs: ['y'],
        attributes: {},
        opset: NEWEST_OPSET,
        refused: null,
      }),
  );
  for (const dtype of types) {
    if (await hasKernel(dtype)) continue;
    // Some types of float64 are ours alone, such as that of Celu.
    if (dtype !== 'f64' && (await ask(op, operands, dtype, NEWEST_OPSET)) !== 'none') continue;
    for (const wider of WIDER[dtype] ?? []) if (await hasKernel(wider)) found[dtype] ??= wider;
  }
  return found;
}

/** The newest operator set with a kernel, for the types of which the newest operator set of all has none. */
export async function newestKernels(op: string): Promise<Partial<Record<DType, number>>> {
  const found: Partial<Record<DType, number>> = {};
  const operands = await operandsOf(op);
  if (!operands) return found;
  for (const dtype of TYPES) {
    if ((await ask(op, operands, dtype, NEWEST_OPSET)) !== 'none') continue;
    for (let opset = NEWEST_OPSET - 1; opset >= OLDEST; opset--) {
      if ((await ask(op, operands, dtype, opset)) !== 'kernel') continue;
      found[dtype] = opset;
      break;
    }
  }
  return found;
}

/** The text of the table. */
export async function newestKernelsText(): Promise<string> {
  const lines: string[] = [];
  const instead: string[] = [];
  for (const op of OPERATORS.filter(({ domain }) => !domain).map((definition) => definition.op)) {
    const others = Object.entries(await standIns(op)).map(([dtype, wider]) => `${dtype}: '${wider}'`);
    if (others.length > 0) instead.push(`  ${op}: { ${others.join(', ')} },`);
    const entries = Object.entries(await newestKernels(op)).map(([dtype, opset]) => `${dtype}: ${opset}`);
    if (entries.length > 0) lines.push(`  ${op}: { ${entries.join(', ')} },`);
  }
  return `import type { DType } from '../ir/types.ts';

/**
 * The newest operator set in which onnxruntime has a kernel for an operator and element type, where the newest of all has
 * none (its opset ${NEWEST_OPSET} of version ${version}). Written by scripts/newest-kernels.ts; a test asks again.
 */
export const NEWEST_KERNELS: Readonly<Record<string, Readonly<Partial<Record<DType, number>>>>> = {
${lines.sort().join('\n')}
};

/** For the types of an operator that it has a kernel for in no operator set: one in which it computes the same. */
export const STAND_INS: Readonly<Record<string, Readonly<Partial<Record<DType, DType>>>>> = {
${instead.sort().join('\n')}
};
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TABLE, await newestKernelsText());
