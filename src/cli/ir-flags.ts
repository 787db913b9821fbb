import type { Command } from 'commander';
import type { PipelineOptions } from '../passes/pipeline.ts';
import { cIdentifier } from '../support/names.ts';
import { note, say } from './say.ts';
import { writeFiles } from './write-files.ts';

export interface IrFlags {
  readonly printIrAfter?: readonly string[];
  readonly dumpIr?: string;
  readonly stopAfter?: string;
  readonly json?: boolean;
}

/** To look into the passes. */
export function addIrFlags(command: Command): Command {
  return command
    .option('--print-ir-after <pass...>', "print the graph after these passes ('all': after each)")
    .option('--dump-ir <dir>', 'write the graph after each pass into this folder')
    .option('--stop-after <pass>', 'run the passes up to this one, print the graph and write no C');
}

/** Pipeline options for the flags; write() puts the dumps on disk, also after an error: that is when they are wanted. */
export function irDump(flags: IrFlags): { readonly options: Partial<PipelineOptions>; write(): Promise<void> } {
  const files = new Map<string, string>();
  const print = flags.json ? note : say;
  return {
    options: {
      ...(flags.stopAfter !== undefined && { stopAfter: flags.stopAfter }),
      ...(flags.printIrAfter && { printIrAfter: flags.printIrAfter }),
      printIr: (pass, text) => print(`// after ${pass}\n${text}\n`),
      ...(flags.dumpIr !== undefined && {
        dumpIr: (index: number, pass: string, text: string) =>
          files.set(`${String(index).padStart(2, '0')}_${cIdentifier(pass)}.txt`, `${text}\n`),
      }),
    },
    async write() {
      if (flags.dumpIr !== undefined) await writeFiles(flags.dumpIr, files);
    },
  };
}
