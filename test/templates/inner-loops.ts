/** A loop without another one inside. */
export interface InnerLoop {
  readonly instructions: number;
  readonly products: number;
  /** Codes that are summed, or compared. */
  readonly cells: number;
}

/** 'N instructions for M products', or cells, and the further numbers of that sentence: '44 more for each group'. */
export interface Statement {
  readonly instructions: number;
  readonly unit: 'products' | 'cells';
  readonly count: number;
  readonly more: readonly number[];
}

const STATEMENT = /(\d+) instructions for (\d+) (products|cells)([^.]*(?:\.\d[^.]*)*)/g;

/** What the comments of a header say of its loops. */
export function statementsIn(text: string): Statement[] {
  return Array.from(text.replace(/\n \* ?/g, ' ').matchAll(STATEMENT), ([, instructions, count, unit, rest]) => ({
    instructions: Number(instructions),
    unit: unit as Statement['unit'],
    count: Number(count),
    more: Array.from(rest.matchAll(/(\d+) (?:more )?for/g), ([, number]) => Number(number)),
  }));
}

/** Instructions that end a loop, beside what is stated of its rounds. */
const MOST_TO_TURN = 4;
/** Rows or groups within a loop, for each of which something more is stated. */
const MOST_TIMES = 5;

/** Whether the loop is some rounds of what is stated, and its end; or also what is stated of rows and results. */
export function fits(loop: InnerLoop, { instructions, unit, count, more }: Statement): boolean {
  const rounds = loop[unit] / count;
  if (rounds < 1 || !Number.isInteger(rounds)) return false;
  const rest = loop.instructions - rounds * instructions;
  if (rest >= 0 && rest <= MOST_TO_TURN) return true;
  const [first = 0, second = 0] = more;
  const times = Array.from({ length: MOST_TIMES + 1 }, (_, i) => i);
  return rest > 0 && times.some((a) => times.some((b) => Math.abs(rest - a * first - b * second) <= 1));
}

/** Inner loops by function, of what `objdump -d --no-show-raw-insn` wrote. */
export function innerLoops(disassembly: string): ReadonlyMap<string, InnerLoop[]> {
  const found = new Map<string, InnerLoop[]>();
  for (const [, name, text] of disassembly.matchAll(/^\w+ <(\w+)[^>]*>:\n((?:.+\n)*)/gm)) {
    found.set(name, [...(found.get(name) ?? []), ...loopsIn(text)]);
  }
  return found;
}

function loopsIn(text: string): InnerLoop[] {
  const code = Array.from(text.matchAll(/^ *(\w+):\t(\w\S*)\t?(.*)$/gm), ([, at, name, operands]) => ({
    ...{ at: Number.parseInt(at, 16), name, operands },
  }));
  const loops = code.flatMap(({ at, name, operands }) => {
    const target = /^(?:b(?!l|x|ic|f)|le$|le\.)/.test(name) ? /(\w+) </.exec(operands)?.[1] : undefined;
    const from = Number.parseInt(target ?? '', 16);
    return from >= code[0].at && from <= at ? [{ from, to: at }] : [];
  });
  const inner = loops.filter(
    (one) => !loops.some((other) => other !== one && other.from >= one.from && other.to <= one.to),
  );
  return inner.map(({ from, to }) => {
    const body = code.filter(({ at }) => at >= from && at <= to);
    const sum = (of: (name: string, operands: string) => number) =>
      body.reduce((total, { name, operands }) => total + of(name, operands), 0);
    return { instructions: body.length, products: sum(productsOf), cells: sum(cellsOf) };
  });
}

/** Those that scale results are none. */
function productsOf(name: string, operands: string): number {
  if (/^(smlad|smlald|smuad)/.test(name)) return 2;
  if (/^((smla|smul)[bt][bt]|smlal[bt][bt]|(mla|mul|muls)(\.w)?$)/.test(name)) return 1;
  const [, half, type, bits] = /^v(?:mul(l[bt])?|ml[as]\w*|fm[as])\.([fsui])(8|16|32)/.exec(name) ?? [];
  if (type === undefined || (type === 'f' && !/\bq\d/.test(operands))) return type === undefined ? 0 : 1;
  return 128 / Number(bits) / (half ? 2 : 1);
}

function cellsOf(name: string): number {
  if (name === 'sxtab16') return 2;
  if (name === 'sel') return 4;
  if (name === 'vadd.i16') return 8;
  return /^vmax\.[su]8$/.test(name) ? 16 : 0;
}
