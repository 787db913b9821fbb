import { decodeModel } from '../../src/frontend/onnx-border.ts';
import type { ArchivedCase } from './archive.ts';

/** Operators that only expanded tests have, and test names that do not begin with the operator's. */
const BY_NAME: Readonly<Record<string, string>> = {
  hannwindow: 'HannWindow',
  mvn: 'MeanVarianceNormalization',
  relu: 'Relu',
  swish: 'Swish',
};

/** The operator each test is about, by test name; `_expanded` tests belong to the operator they spell out. */
export function operatorsOf(tests: readonly ArchivedCase[]): Map<string, string> {
  const operators = new Map<string, string>();
  for (const test of tests.filter(({ name }) => !isExpanded(name))) {
    const nodes = decodeModel(test.model, () => new Uint8Array()).graph.nodes.map(({ op }) => op);
    operators.set(test.name, nodes.find((op) => op !== 'Constant') ?? 'Constant');
  }
  const known = new Map([...Object.entries(BY_NAME), ...[...operators].map(([name, op]) => [stem(name), op] as const)]);
  for (const { name } of tests.filter((test) => isExpanded(test.name))) operators.set(name, nearest(known, stem(name)));
  return operators;
}

function isExpanded(name: string): boolean {
  return name.includes('_expanded');
}

function stem(name: string): string {
  return name.replace(/^test_/, '').replace(/_expanded.*$/, '');
}

/** The operator of the test whose name shares the longest beginning. */
function nearest(known: ReadonlyMap<string, string>, name: string): string {
  let best = { length: 0, operator: 'unknown' };
  for (const [other, operator] of known) {
    let length = 0;
    while (length < name.length && name[length] === other[length]) length++;
    if (length > best.length) best = { length, operator };
  }
  return best.operator;
}
