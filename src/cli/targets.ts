import { Command } from 'commander';
import { renderTable } from '../report/table.ts';
import { listTargets } from '../targets/load.ts';
import type { Target } from '../targets/target.ts';
import { say, sayJson } from './say.ts';

export function targetsCommand(): Command {
  return new Command('targets')
    .summary('list the microcontrollers and cores that ship')
    .description('List the cores and parts that ship. Further ones are JSON files: compile -t path/to/part.json.')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { json?: boolean }) => {
      const targets = await listTargets();
      if (json) sayJson(targets.map(plain));
      else say(targetTable(targets).join('\n'));
    });
}

const EXAMPLES = `
Examples:
  $ nibblec targets
  $ nibblec targets --json
`;

function targetTable(targets: readonly Target[]): string[] {
  const right = 'right' as const;
  const columns = [
    { title: 'name' },
    { title: 'what', cut: 'end' as const },
    { title: 'flash', align: right },
    { title: 'RAM', align: right },
    { title: 'MHz', align: right },
    { title: 'emulator' },
  ];
  const rows = targets.map((target) => [
    target.name,
    target.title,
    kib(target.flashBytes),
    kib(target.ramBytes),
    target.clockHz === null ? '' : String(target.clockHz / 1e6),
    `${target.emulator ?? ''}${target.runsAs ? `, as ${target.runsAs}` : ''}`,
  ]);
  return renderTable(columns, rows);
}

function kib(bytes: number): string {
  return Number.isFinite(bytes) ? `${bytes / 1024} KiB` : '';
}

/** `flashBytes` and `ramBytes`: null where the target sets no limit. */
function plain(target: Target) {
  const finite = (bytes: number) => (Number.isFinite(bytes) ? bytes : null);
  return {
    ...target,
    features: [...target.features],
    flashBytes: finite(target.flashBytes),
    ramBytes: finite(target.ramBytes),
  };
}
