import type { Compilation } from '../compile.ts';
import { producerOf } from '../ir/graph.ts';
import type { Call, RefusedKernel, Table } from '../ir/program.ts';
import { bytesByKind } from '../ir/tables.ts';
import { arenaBytes } from '../ir/tensor.ts';
import type { Graph, Shape, ValueName } from '../ir/types.ts';
import { type LayerWeights, weightsByCall } from './layer-weights.ts';

/** One layer function of the generated C. */
export interface LayerReport {
  readonly index: number;
  readonly symbol: string;
  /** ONNX name: may be hostile text. */
  readonly node: string;
  readonly op: string;
  /** The graph value it completes, or null. */
  readonly value: ValueName | null;
  /** Shapes of the computed inputs, in ONNX order. */
  readonly inputs: readonly Shape[];
  /** null for a step that completes no value of the graph. */
  readonly output: Shape | null;
  readonly macs: number;
  /** What computes it; null: there is one way only. */
  readonly kernel: string | null;
  /** Kernels that could compute it as well. */
  readonly others: readonly string[];
  /** Kernels that cannot compute it, or that it does without for a leaner one. */
  readonly refused: readonly RefusedKernel[];
  /** Instructions of one inference by the cost model, and how many of them unpack weights; null: nobody counted such cores. */
  readonly estimate: { readonly instructions: number; readonly decoding: number } | null;
  /** How its sums become codes where they lie halfway between two; null: it has no sums that become codes. */
  readonly rounding: 'half-up' | 'half-even' | null;
  /** Tables that an earlier layer already uses count there. */
  readonly weightBytes: number;
  readonly parameterBytes: number;
  /** Instructions of this layer alone; null: not measured. */
  readonly codeBytes: number | null;
  readonly outputBytes: number;
  readonly scratchBytes: number;
  /** null: it has no quantized weights. */
  readonly weights: LayerWeights | null;
}

/** `functions`: bytes of code by symbol, where a compiler told. */
export function layerReports(
  { program, graph, floatGraph, target }: Compilation,
  functions: ReadonlyMap<string, number> | null,
): LayerReport[] {
  const weights = weightsByCall(program, graph, floatGraph);
  const buffers = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  const tables = new Map(program.tables.map((table) => [table.symbol, table]));
  const counted = new Set<string>();
  return program.calls.map((call, index) => {
    const own = [...new Set(call.constants)].filter((symbol) => !counted.has(symbol));
    const bytesOf = (kind: Table['kind']) =>
      own.reduce((sum, symbol) => {
        const table = tables.get(symbol);
        return table ? sum + bytesByKind(table)[kind] : sum;
      }, 0);
    const [weightBytes, parameterBytes] = [bytesOf('weights'), bytesOf('parameters')];
    for (const symbol of own) counted.add(symbol);
    const scratch = call.arguments.filter(({ access }) => access === 'scratch');
    return {
      index,
      symbol: call.symbol,
      node: call.node,
      op: call.sum === undefined ? call.op : `${call.op}+Add`,
      value: call.result?.value ?? null,
      inputs: inputShapes(call, graph),
      output: call.result?.shape ?? null,
      macs: call.macs,
      kernel: call.kernel ?? null,
      others: call.others?.map(({ kernel }) => kernel) ?? [],
      refused: call.refused ?? [],
      estimate: target.toolchain.name === 'arm-none-eabi-gcc' ? estimateOf(call) : null,
      rounding: roundingOf(call),
      weightBytes,
      parameterBytes,
      codeBytes: functions && (functions.get(call.symbol) ?? 0),
      outputBytes: call.result ? arenaBytes(call.result.type) : 0,
      scratchBytes: scratch.reduce((sum, { buffer }) => sum + (buffers.get(buffer)?.bytes ?? 0), 0),
      weights: weights.get(call) ?? null,
    };
  });
}

function estimateOf({ instructions, decoding = 0 }: Call): LayerReport['estimate'] {
  return instructions === undefined ? null : { instructions: Math.round(instructions), decoding: Math.round(decoding) };
}

/** Sums become codes: of layers with products, of means and of sums of tensors. */
function roundingOf({ requantization, macs, op, result }: Call): LayerReport['rounding'] {
  if (!result?.type.quant || result.type.dtype !== 'i8') return null;
  if (requantization) return requantization === 'wide' ? 'half-up' : 'half-even';
  return macs > 0 || ['Add', 'Sub', 'Mul', 'AveragePool', 'GlobalAveragePool', 'Softmax'].includes(op)
    ? 'half-up'
    : null;
}

function inputShapes(call: Call, graph: Graph): Shape[] {
  const node = call.result && producerOf(graph, call.result.value);
  return (node?.inputs ?? []).flatMap((input) => {
    const type = input !== null && !graph.constants.has(input) ? graph.types.get(input) : undefined;
    return type ? [type.shape] : [];
  });
}
