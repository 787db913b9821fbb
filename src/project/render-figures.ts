import { METRICS, scoreText } from '../metrics/index.ts';
import { grouped, renderTable } from '../report/table.ts';
import type { Lock } from './lock.ts';

/** A row for each model and target. */
export function renderFigures(models: Lock): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    { title: 'model' },
    { title: 'target' },
    right('score'),
    right('float32'),
    right('SQNR dB'),
    right('flash B'),
    right('RAM B'),
    right('instructions'),
  ];
  const rows = Object.entries(models).flatMap(([model, { outputs, targets }]) =>
    Object.entries(targets).map(([target, { flashBytes, ramBytes, instructions }]) => {
      const { score, sqnrDb } = outputs;
      const told = (value: number | null) =>
        score && value !== null ? scoreText({ metric: score.metric, value }) : '';
      return [
        model,
        target,
        score ? `${METRICS[score.metric].title} ${told(score.value)}` : '',
        told(score?.float32 ?? null),
        sqnrDb === null ? '' : sqnrDb.toFixed(1),
        grouped(flashBytes),
        grouped(ramBytes),
        instructions === null ? '' : grouped(instructions),
      ];
    }),
  );
  return renderTable(columns, rows).join('\n');
}
