import { lowerGraph } from '../codegen/lower/lower-graph.ts';
import { FORMAT_FAMILIES, findFormat } from '../formats/index.ts';
import type { Program } from '../ir/program.ts';
import { elementCount } from '../ir/shape.ts';
import { bytesByKind } from '../ir/tables.ts';
import { UserError } from '../support/errors.ts';
import type { Target } from '../targets/target.ts';
import { SAMPLE_LAYERS, type SampleLayer, sampleGraph } from './sample-layers.ts';

/** What a format costs on a core, by the cost model: of layers of two kinds, in two sizes that differ in how often they use a weight. */
export interface FormatCost {
  readonly format: string;
  /** Of the dense layer, tables included; null: the core cannot compute it. */
  readonly bytesPerWeight: number | null;
  /** Instructions beyond those of int8: perWeight + perUse * uses. Null: the core cannot compute it. */
  readonly dense: Line | null;
  readonly conv: Line | null;
}

export interface Line {
  readonly perWeight: number;
  readonly perUse: number;
}

const ENTROPY_CODED = ['int4+huffman', 'int4+rans', 'ternary+rans'];

/** Of every format, families of a number by some of their members. */
export function formatCosts(target: Target): FormatCost[] {
  const names = FORMAT_FAMILIES.flatMap(({ pattern, examples }) => examples ?? pattern.split(', '));
  const plain = {
    dense: measure(SAMPLE_LAYERS.dense, 'int8', target),
    conv: measure(SAMPLE_LAYERS.conv, 'int8', target),
  };
  return [...names, ...ENTROPY_CODED]
    .filter((name) => findFormat(name).grid !== null)
    .map((format) => {
      const [dense, conv] = [measure(SAMPLE_LAYERS.dense, format, target), measure(SAMPLE_LAYERS.conv, format, target)];
      return {
        format,
        bytesPerWeight: dense?.bytesPerWeight ?? null,
        dense: lineOf(SAMPLE_LAYERS.dense, plain.dense, dense),
        conv: lineOf(SAMPLE_LAYERS.conv, plain.conv, conv),
      };
    });
}

function lineOf({ uses, weights }: SampleLayer, plain: Measure | null, own: Measure | null): Line | null {
  if (!own || !plain) return null;
  const [small, large] = [0, 1].map((i) => (own.instructions[i] - plain.instructions[i]) / elementCount(weights));
  const perUse = (large - small) / (uses[1] - uses[0]);
  return { perWeight: small - perUse * uses[0], perUse };
}

interface Measure {
  readonly bytesPerWeight: number;
  readonly instructions: readonly number[];
}

function measure(layer: SampleLayer, format: string, { name, features }: Target): Measure | null {
  try {
    const programs = layer.sizes.map(([x, y]) =>
      lowerGraph(sampleGraph(layer, format, x, y), { name: 'layer', features, kernels: { core: name } }),
    );
    return {
      bytesPerWeight: weightBytes(programs[0]) / elementCount(layer.weights),
      instructions: programs.map(({ calls }) => calls.reduce((sum, call) => sum + (call.instructions ?? 0), 0)),
    };
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function weightBytes({ tables }: Program): number {
  return tables.reduce((sum, table) => sum + bytesByKind(table).weights, 0);
}
