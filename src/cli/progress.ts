import { SingleBar } from 'cli-progress';
import { note } from './say.ts';

/** Tells how far a long step is; `stop` clears what is left of it. */
export interface Progress {
  /** `note`: how good it is by now. */
  update(step: string, done: number, total: number, note?: string): void;
  stop(): void;
}

const LINE_EVERY_MS = 3000;

/** A bar on a terminal, a plain line every few seconds elsewhere, nothing when `silent`. */
export function createProgress(silent: boolean, terminal = process.stderr.isTTY): Progress {
  if (silent) return { update: () => {}, stop: () => {} };
  return terminal ? bar() : plainLines();
}

function bar(): Progress {
  let current: { readonly step: string; readonly bar: SingleBar } | null = null;
  const stop = () => {
    current?.bar.stop();
    current = null;
  };
  return {
    update(step, done, total, note = '') {
      const told = { note: note && `, ${note}` };
      if (current?.step !== step) {
        stop();
        const format = `${step.padEnd(14)} {bar} {value}/{total}, {eta_formatted} left{note}`;
        current = {
          step,
          bar: new SingleBar({
            format,
            barsize: note ? 16 : 40,
            clearOnComplete: true,
            hideCursor: true,
            stream: process.stderr,
          }),
        };
        current.bar.start(total, done, told);
      }
      if (done < total) current.bar.update(done, told);
      else stop();
    },
    stop,
  };
}

function plainLines(): Progress {
  let last = Date.now();
  return {
    update(step, done, total, told) {
      if (Date.now() - last < LINE_EVERY_MS) return;
      last = Date.now();
      note(`${step}: ${done} of ${total}${told ? `, ${told}` : ''}`);
    },
    stop: () => {},
  };
}
