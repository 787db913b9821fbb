import { beforeAll, describe, expect, test } from 'vitest';
import { type Compilation, compileModel } from '../../src/compile.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { exportOnnx } from '../../src/frontend/export-onnx.ts';
import { parseGraph } from '../../src/ir/text.ts';
import { measureAccuracy } from '../../src/report/accuracy.ts';
import { type FullReport, fullReport } from '../../src/report/full-report.ts';
import { renderReportPage } from '../../src/report/page/report-page.ts';
import { renderWeights } from '../../src/report/render-weights.ts';
import { buildReport } from '../../src/report/report.ts';
import { measureSqnr } from '../../src/report/sqnr.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { TINY } from '../cli/tiny.ts';

const HOSTILE = '</script><img src=x onerror=alert(1)>';

let compilation: Compilation;
let full: FullReport;

beforeAll(async () => {
  compilation = await compileTiny(TINY);
  full = await report(compilation);
}, 60_000);

async function compileTiny(text: string): Promise<Compilation> {
  return compileModel({
    model: exportOnnx(parseGraph(text)),
    name: 'tiny',
    target: await loadTarget('cortex-m3'),
    calibration: async (graph) => randomDataset(datasetInputs(graph), 24, 1),
    weights: [
      { match: '*', format: 'int8' },
      { match: ':last', format: 'int4' },
    ],
  });
}

async function report(of: Compilation): Promise<FullReport> {
  const dataset = { ...of.dataset!, labels: new Int32Array(24) };
  const counts = { unit: 'instructions', layers: [4000, 500, 300], total: 4900, stackBytes: 96 } as const;
  return fullReport(buildReport(of), {
    sqnr: await measureSqnr(of, dataset),
    accuracy: await measureAccuracy(of, dataset),
    counts,
  });
}

describe('data', () => {
  test('all weights together', () => {
    expect(full.weights).toMatchObject({
      count: 18 + 24,
      bytes: 18 + 12,
      achievedBits: (8 * 30) / 42,
      float32Ratio: (4 * 42) / 30,
      int8Ratio: 42 / 30,
    });
  });

  test('layers by value: SQNR of outputs and memory belong to the same layer', () => {
    const values = full.report.layers.map(({ value }) => value);
    expect(full.sqnr?.layers.map(({ value }) => value)).toEqual(expect.arrayContaining(values));
    expect(full.report.memory.calls.length).toBe(full.report.layers.length);
  });

  test('the confusion matrix holds every sample', () => {
    expect(full.accuracy?.samples).toBe(24);
    const confusion = full.accuracy?.confusion ?? [];
    expect(confusion.flat().reduce((a, b) => a + b, 0)).toBe(24);
    expect(confusion[0][0]).toBe(Math.round(24 * (full.accuracy?.score ?? 0)));
  });
});

describe('page', () => {
  test('has every section', () => {
    const page = renderReportPage(full);
    for (const id of ['summary', 'layers', 'weights', 'sqnr', 'accuracy', 'flash', 'ram', 'memory']) {
      expect(page).toContain(`<section id="${id}"`);
    }
  });

  test('loads nothing, prints nothing unescaped, and is the same each time', async () => {
    const text = TINY.replaceAll(/\b([crpf])\b(?=[:,)])/g, `"${HOSTILE}$1"`);
    const hostile = await report(await compileTiny(text));
    expect(hostile.report.layers[0].node).toContain(HOSTILE);
    const page = renderReportPage(hostile);
    expect(page).not.toMatch(/<(script|img|link|iframe)|<[^>]*\s(src|href)="[^#]|url\(|@import|https?:/);
    expect(page).toContain('&#60;/script&#62;');
    expect(renderReportPage(hostile) === page).toBe(true);
  });

  test('of a float model has no sections about quantization', async () => {
    const { dataset, ...float } = await compileModel({
      model: exportOnnx(parseGraph(TINY)),
      name: 'tiny',
      target: await loadTarget('host'),
    });
    const page = renderReportPage(fullReport(buildReport({ ...float, dataset }), {}));
    const sections = [...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id);
    expect(sections).toEqual(['summary', 'layers', 'flash', 'ram', 'memory']);
  });
});

test('the table for a terminal appears when a layer has few bits', () => {
  expect(renderWeights(full)).toContain('Weights: 5.71 bits each');
  const layers = full.report.layers.map((layer) => ({
    ...layer,
    weights: layer.weights && { ...layer.weights, format: 'int8' },
  }));
  expect(renderWeights({ ...full, report: { ...full.report, layers } })).toBeNull();
});
