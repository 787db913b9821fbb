/** What harness_avr.c printed. */
export interface Printed {
  /** Of every run: one entry for each output. */
  readonly outputs: readonly Uint8Array[];
  /** Results of layers, in order. */
  readonly trace: readonly Uint8Array[];
  readonly stackBytes: number | null;
  /** RAM beside arena and variables; below 0: these are larger than it. null: the program did not come so far. */
  readonly leftBytes: number | null;
  /** The stack ran into what lies below it. */
  readonly overrun: boolean;
  /** The rule that the model broke, or null. */
  readonly failure: string | null;
}

/** Console lines look like 'O:o 00ff..', with colours around them. */
export function readPrinted(text: string): Printed {
  const lines = [...text.matchAll(/O:([fmorst]) ([^\r\n\x1b]*)/g)].map(([, kind, rest]) => ({ kind, rest: rest! }));
  const bytesOf = (wanted: string) =>
    lines.filter(({ kind }) => kind === wanted).map(({ rest }) => Uint8Array.from(Buffer.from(rest.trim(), 'hex')));
  const [[stack], [left]] = [bytesOf('s'), bytesOf('r')];
  return {
    outputs: bytesOf('o'),
    trace: bytesOf('t'),
    stackBytes: stack ? stack[0]! + 256 * stack[1]! : null,
    leftBytes: left ? ((left[0]! + 256 * left[1]!) << 16) >> 16 : null,
    overrun: lines.some(({ kind }) => kind === 'm'),
    failure: lines.find(({ kind }) => kind === 'f')?.rest ?? null,
  };
}

/** The cycles at which the traced register changed, from a value change dump; the initial value is not a change. */
export function readTrace(vcd: string, hertz: number): number[] {
  const [, step = '1', unit = 'ns'] = /\$timescale (\d+)\s*(ns|us)/.exec(vcd) ?? [];
  const perSecond = (unit === 'ns' ? 1e9 : 1e6) / Number(step);
  return [...vcd.matchAll(/^#(\d+)$/gm)].map(([, time]) => Math.round((Number(time) * hertz) / perSecond));
}
