import { loopAt } from '../../ir/loops.ts';
import type { FullReport } from '../full-report.ts';
import type { LayerReport } from '../layer-reports.ts';
import { type Child, element, type Markup } from '../svg/markup.ts';
import { percent, shortNumber } from '../svg/numbers.ts';
import { grouped } from '../table.ts';
import { db, outputSqnr } from './layer-facts.ts';

/** A column of the table of layers. */
export interface LayerColumn {
  readonly title: string;
  /** Explains the column on hover. */
  readonly help: string;
  readonly left?: boolean;
  /** Characters; a longer text loses its beginning and shows on hover. */
  readonly longest?: number;
  /** null: the column has nothing to tell about this model. */
  readonly of: (layer: LayerReport) => Child;
  readonly total?: Child;
}

/** The columns of the table of layers, left to right. */
export function layerColumns({ report, weights: totals, sqnr, counts }: FullReport): LayerColumn[] {
  const outputs = outputSqnr(sqnr);
  const ofWeights =
    (show: (weights: NonNullable<LayerReport['weights']>) => Child) =>
    ({ weights }: LayerReport) =>
      weights && show(weights);
  const size = (shape: readonly number[] | null) => shape && (shape.join('×') || 'scalar');
  return [
    { title: '#', help: 'Position in the order of calls', of: ({ index }) => index, total: '' },
    { title: 'op', help: 'ONNX operator', left: true, longest: 17, of: ({ op }) => op, total: 'all' },
    { title: 'node', help: 'ONNX name', left: true, longest: 22, of: ({ node }) => node },
    { title: 'output', help: 'Shape of the result', left: true, of: ({ output }) => size(output) },
    {
      title: 'turns',
      help: 'How often it is made, in a loop',
      of: ({ index }) => loopAt(report.loops, index)?.turns ?? null,
    },
    ...(report.layers.some(({ kernel }) => kernel !== null) ? [kernelColumn(report.goal)] : []),
    {
      title: 'MACs',
      help: 'Multiply-accumulates of one inference',
      of: ({ macs }) => (macs > 0 ? short(macs) : null),
      total: short(report.macs),
    },
    {
      title: 'format',
      help: 'How the weights are stored',
      left: true,
      of: ofWeights(({ format, reading }) => element('span', { title: READING[reading] }, format)),
    },
    {
      title: 'weights',
      help: 'Number of weights',
      of: ofWeights(({ count }) => grouped(count)),
      total: totals ? grouped(totals.count) : null,
    },
    {
      title: 'bits',
      help: 'Bits of one weight by its format',
      of: ofWeights(({ nominalBits }) => nominalBits ?? 'varies'),
    },
    {
      title: 'entropy',
      help: 'Shannon entropy of the codes, bits per weight',
      of: ofWeights(({ entropyBits }) => entropyBits.toFixed(2)),
      total: totals ? totals.entropyBits.toFixed(2) : null,
    },
    {
      title: 'achieved',
      help: 'Emitted bits per weight: codes, filling, lookup tables and offsets',
      of: ofWeights(({ achievedBits }) => achievedBits.toFixed(2)),
      total: totals ? totals.achievedBits.toFixed(2) : null,
    },
    {
      title: 'bytes',
      help: 'Emitted bytes of the weights',
      of: ofWeights(({ codeBytes, lookupBytes }) => grouped(codeBytes + lookupBytes)),
      total: totals ? grouped(totals.bytes) : null,
    },
    {
      title: '÷\u00a0f32',
      help: 'Size in float32 over size here',
      of: ofWeights(({ float32Ratio }) => float32Ratio.toFixed(1)),
      total: totals ? totals.float32Ratio.toFixed(1) : null,
    },
    {
      title: '÷\u00a0int8',
      help: 'Size with a byte per weight over size here',
      of: ofWeights(({ int8Ratio }) => int8Ratio.toFixed(2)),
      total: totals ? totals.int8Ratio.toFixed(2) : null,
    },
    ...(report.layers.some(isDecoded) ? [decodingColumn] : []),
    {
      title: 'SQNR w',
      help: 'Signal to quantization noise of the weights, dB',
      of: ofWeights(({ sqnrDb }) => (sqnrDb === null ? null : db(sqnrDb))),
    },
    {
      title: 'SQNR out',
      help: 'Signal to quantization noise of the output against float32, dB',
      of: ({ value }) => (outputs.has(value) ? db(outputs.get(value) ?? 0) : null),
    },
    ...(counts
      ? [
          {
            title: counts.unit === 'instructions' ? 'instr.' : 'ns',
            help: `${counts.unit} of one inference`,
            of: ({ index }: LayerReport) => short(counts.layers[index] ?? 0),
            total: short(counts.total),
          },
        ]
      : []),
  ];
}

function isDecoded({ estimate }: LayerReport): boolean {
  return estimate !== null && estimate.decoding > 0;
}

const decodingColumn: LayerColumn = {
  title: 'decoding',
  help: "Share of the layer's instructions that unpacks weights, estimated",
  of: ({ estimate }) => (estimate?.decoding ? percent(estimate.decoding / estimate.instructions, 0) : null),
};

/** On hover: why no other. */
function kernelColumn(goal: string): LayerColumn {
  return {
    title: 'kernel',
    help: `What computes the layer, chosen for ${goal}; on hover, the other kernels`,
    left: true,
    of: ({ kernel, others, refused }) => {
      const title = [
        ...others.map((other) => `${other}: could compute it as well`),
        ...refused.map(({ kernel, reason }) => `${kernel}: ${reason}`),
      ].join('\n');
      return kernel && element('span', title === '' ? {} : { title }, kernel);
    },
  };
}

const READING = {
  bytes: 'read byte by byte',
  inline: 'unpacked by the kernel as it goes',
  unpacked: 'unpacked before the kernel starts, all at once or in parts',
  additions: 'stored as lists of additions and subtractions',
} as const;

/** Exact on hover. */
function short(value: number): Markup {
  return element('span', { title: grouped(value) }, shortNumber(value));
}
