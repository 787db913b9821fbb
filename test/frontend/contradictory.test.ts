import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../src/frontend/import-onnx.ts';
import { UserError } from '../../src/support/errors.ts';
import { CONTRADICTIONS, contradictionBytes } from './contradictory-models.ts';

describe('a model whose shapes, constants or attributes contradict its operator', () => {
  it(`is BAD_MODEL with the node and the rule, ${CONTRADICTIONS.length} times`, async () => {
    expect(CONTRADICTIONS.length).toBeGreaterThanOrEqual(200);
    const odd: string[] = [];
    for (const contradiction of CONTRADICTIONS) {
      const [model, attributes, sentence] = contradiction;
      const told = await importOnnx(contradictionBytes(contradiction)).then(
        () => 'accepted',
        (error: unknown) => {
          if (!(error instanceof UserError)) return `INTERNAL ${error}`;
          const { code, where, because, message } = error.problem;
          const op = /^(?:ms\.)?(\w+)/.exec(model)![1].replace(/^Scatter$/, 'ScatterElements');
          const right = code === 'BAD_MODEL' && where === `${op} 'the ${/\w+$/.exec(/^[\w.]+/.exec(model)![0])![0]}'`;
          return right && because?.join().includes(sentence) ? null : `${code} ${where}: ${because ?? message}`;
        },
      );
      if (told !== null) odd.push(`${model} ${JSON.stringify(attributes)} (${sentence}): ${told}`);
    }
    expect(odd).toEqual([]);
  });
});
