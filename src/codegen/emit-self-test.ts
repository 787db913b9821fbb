import type { Port, Program } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import { arenaArray } from '../ir/tensor.ts';
import type { TypedArray } from '../ir/types.ts';
import { kernelSets } from '../kernels/sets.ts';
import { arrayText, cType, doubleLiteral, floatLiteral } from '../ops/support/c-text.ts';
import { UserError } from '../support/errors.ts';
import { commentText } from '../support/names.ts';
import type { EmitOptions, GeneratedFiles } from './emit.ts';
import { filesIdOf } from './files-id.ts';
import { accessorNames, fedPort, outputAccessors, returnsCode } from './port-names.ts';
import { templateSet } from './templates.ts';

/** Elements of each input and output for one sample, in memory order. */
interface Answer {
  readonly inputs: readonly TypedArray[];
  readonly outputs: readonly TypedArray[];
}

/** Floats may differ by this share of the largest expected value: targets contract and round differently. */
const TOLERANCE = 1e-4;

/**
 * NAME_selftest.h and NAME_selftest.c: runs the model on stored samples and compares with stored results, integers
 * exactly. `files` are the model's, which the test joins. Throws UserError UNSUPPORTED for half-precision outputs, which C cannot compare.
 */
export function emitSelfTest(
  program: Program,
  answers: readonly Answer[],
  options: EmitOptions & { readonly files: GeneratedFiles },
): GeneratedFiles {
  const { name } = program;
  const templates = templateSet(kernelSets(options.features ?? new Set()));
  const ports = (role: 'input' | 'output') => {
    const list = role === 'input' ? program.inputs : program.outputs;
    const accessors: { readonly accessor: string; readonly counts?: boolean }[] =
      role === 'output' ? outputAccessors(program) : accessorNames(name, role, list).map((accessor) => ({ accessor }));
    return list.flatMap((port, i) =>
      elementCount(port.shape) === 0
        ? []
        : [
            portContext(
              port,
              `${role}_${i}`,
              port.value === program.fed ? { accessor: '' } : accessors[i]!,
              answers.map((answer) => answer[`${role}s`][i]),
            ),
          ],
    );
  };
  const [inputs, outputs] = [ports('input'), ports('output')];
  const fed = fedPort(program);
  const context = {
    name,
    upper: name.toUpperCase(),
    filesId: filesIdOf(options.files, name),
    provenance: (options.provenance ?? []).map((line) => commentText(line)),
    samples: answers.length,
    returns: returnsCode(program),
    plural: answers.length === 1 ? '' : 's',
    inputs,
    fed: fed && { table: `input_${program.inputs.indexOf(fed.port)}`, rows: fed.rows },
    outputs,
    states: (program.states ?? []).length > 0,
    usesMath: [...inputs, ...outputs].some(({ rows }) => rows.some((row) => /\b(INFINITY|NAN)\b/.test(row))),
  };
  return new Map([
    [`${name}_selftest.h`, templates.render('selftest.h', context)],
    [`${name}_selftest.c`, templates.render('selftest.c', context)],
  ]);
}

function portContext(
  port: Port,
  table: string,
  { accessor, counts = false }: { readonly accessor: string; readonly counts?: boolean },
  samples: readonly TypedArray[],
) {
  const { dtype, length } = arenaArray(port.type);
  const isFloat = dtype === 'f32' || dtype === 'f64';
  if (table.startsWith('output') && (dtype === 'f16' || dtype === 'bf16')) throw halfOutput(port);
  const magnitude = isFloat ? Math.max(Number.MIN_VALUE, ...samples.map(largestMagnitude)) * TOLERANCE : 0;
  return {
    table,
    accessor,
    counts,
    ctype: cType(dtype),
    elements: length,
    rows: samples.map((data) => arrayText(data, dtype)),
    isFloat,
    tolerance: dtype === 'f64' ? doubleLiteral(magnitude) : floatLiteral(magnitude),
  };
}

function largestMagnitude(data: TypedArray): number {
  let largest = 0;
  for (const value of data) {
    const magnitude = Math.abs(Number(value));
    if (Number.isFinite(magnitude) && magnitude > largest) largest = magnitude;
  }
  return largest;
}

function halfOutput(port: Port): UserError {
  return new UserError({
    code: 'UNSUPPORTED',
    message: `a self-test cannot compare the ${port.type.dtype} output '${port.value}'`,
    hint: 'leave out --self-test, or cast the output to float32 in the model',
  });
}
