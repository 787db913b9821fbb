import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../docs/benchmarks/', import.meta.url));

interface Result {
  readonly model: string;
  readonly precision: 'float32' | 'int8';
  readonly core: string;
  readonly optimize: string;
  readonly instructions: number | null;
  readonly flashBytes: number | null;
  readonly arenaBytes: number;
  readonly stackBytes: number | null;
  readonly top1: number | null;
}

/** The page with the measured numbers between its marks, as docs/benchmarks/*.json have them. */
export function withResults(page: string): string {
  const models: readonly Result[] = benchmark('models.json') ?? [];
  const fewBits: readonly FewBitResult[] = benchmark('ptq.json') ?? [];
  const retrained: readonly RetrainedResult[] = benchmark('accuracy.json') ?? [];
  const conformance: Conformance | null = benchmark('conformance.json');
  const contents = {
    conformance: conformance ? `${conformance.passed} of the ${conformance.total} ONNX node tests` : '',
    results: models.length === 0 ? '' : `\n${resultsTable(models)}\n`,
    retrained: retrained.length === 0 ? '' : `\n${retrainedTable(retrained)}\n`,
    'few bits': fewBits.length === 0 ? '' : `\n${fewBitTable(fewBits)}\n`,
  };
  return Object.entries(contents).reduce(
    (text, [mark, content]) =>
      text.replace(new RegExp(`(<!-- ${mark} -->)[\\s\\S]*?(<!-- end of ${mark} -->)`), `$1${content}$2`),
    page,
  );
}

function benchmark(name: string) {
  const path = `${FOLDER}${name}`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

interface Conformance {
  readonly passed: number;
  readonly total: number;
}

/** One row per model: float32 -> int8 on a Cortex-M4F at -O2. */
function resultsTable(results: readonly Result[]): string {
  const measured = results.filter(({ core, optimize }) => core === 'cortex-m4f' && optimize === '-O2');
  const rows = [...new Set(measured.map(({ model }) => model))].flatMap((model) => {
    const [float32, int8] = (['float32', 'int8'] as const).map((precision) =>
      measured.find((result) => result.model === model && result.precision === precision),
    );
    if (!int8) return [];
    const cell = (text: (result: Result) => string) => `${float32 ? text(float32) : '-'} → ${text(int8)}`;
    const ram = ({ arenaBytes, stackBytes }: Result) => kilobytes(stackBytes === null ? null : arenaBytes + stackBytes);
    return [
      [
        `| ${model}`,
        int8.top1 === null ? '-' : cell(({ top1 }) => (top1 === null ? '-' : `${(100 * top1).toFixed(1)} %`)),
        cell(({ flashBytes }) => kilobytes(flashBytes)),
        cell(ram),
        `${cell(({ instructions }) => (instructions === null ? '-' : (instructions / 1e6).toFixed(1)))} |`,
      ].join(' | '),
    ];
  });
  return [
    '| model | top-1 | flash, kB | RAM, kB | million instructions |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

interface FewBitResult {
  readonly model: string;
  readonly weightFormat: string;
  readonly activationBits: number;
  readonly ends: boolean;
  readonly top1: number;
  readonly floatTop1: number;
  readonly flashBytes: number;
}

/** One row per model, one column per weight format with 8-bit activations: top-1 and flash. */
function fewBitTable(results: readonly FewBitResult[]): string {
  const own = results.filter(({ activationBits }) => activationBits === 8);
  const titleOf = ({ weightFormat, ends }: FewBitResult) => (ends ? `${weightFormat}, ends int8` : weightFormat);
  const titles = [...new Set(own.map(titleOf))];
  const rows = [...new Set(own.map(({ model }) => model))].map((model) => {
    const cells = titles.map((title) => {
      const found = own.find((result) => result.model === model && titleOf(result) === title);
      return found ? `${percent(found.top1)}, ${kilobytes(found.flashBytes)}` : '-';
    });
    const float = own.find((result) => result.model === model)?.floatTop1 ?? 0;
    return `| ${[model, percent(float), ...cells].join(' | ')} |`;
  });
  return [
    `| ${['model', 'float32', ...titles].join(' | ')} |`,
    `| ${['model', 'float32', ...titles].map(() => '---').join(' | ')} |`,
    ...rows,
  ].join('\n');
}

interface RetrainedResult {
  readonly model: string;
  readonly method: string;
  readonly bits: number;
  readonly top1Mean: number;
  readonly floatTop1: number | null;
  readonly compression: number;
}

/** Columns of the table, and the rows of accuracy.json that each takes. */
const RETRAINED: Readonly<Record<string, (result: RetrainedResult) => boolean>> = {
  'INQ, 5 bits': ({ method, bits }) => method.startsWith('INQ') && bits === 5,
  '4 bits': ({ method, bits }) => method.startsWith('INQ') && bits === 4,
  '3 bits': ({ method, bits }) => method.startsWith('INQ') && bits === 3,
  'ternary (TTQ)': ({ method }) => method.startsWith('TTQ'),
  'pruned, entropy-coded': ({ method }) => method.startsWith('pruning'),
};

/** One row per model, one column per method: mean top-1 and how much smaller the weights are than float32. */
function retrainedTable(results: readonly RetrainedResult[]): string {
  const rows = [...new Set(results.map(({ model }) => model))].map((model) => {
    const own = results.filter((result) => result.model === model);
    const cells = Object.values(RETRAINED).map((wanted) => {
      const found = own.find(wanted);
      return found ? `${(100 * found.top1Mean).toFixed(2)} %, ${found.compression.toFixed(1)}x` : '-';
    });
    return `| ${[model, `${(100 * (own[0].floatTop1 ?? 0)).toFixed(2)} %`, ...cells].join(' | ')} |`;
  });
  const titles = ['model', 'float32', ...Object.keys(RETRAINED)];
  return [`| ${titles.join(' | ')} |`, `| ${titles.map(() => '---').join(' | ')} |`, ...rows].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function kilobytes(bytes: number | null): string {
  return bytes === null ? '-' : (bytes / 1000).toFixed(1);
}
