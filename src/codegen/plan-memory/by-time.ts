import type { ArenaModel, Life } from './arena-model.ts';
import { alignUp } from './first-fit.ts';

/** Pairs of pieces that are alive together; with more the searches, which look at every pair, would take too long. */
const MAX_PAIRS = 100_000;

/** A run of bytes of the arena, from `start` up to `end`. */
interface Run {
  readonly start: number;
  readonly end: number;
}

interface BodyLife {
  readonly body: number;
  readonly born: number;
  readonly dies: number;
}

/** Whether so many buffers are alive together that only planByTime() ends in reasonable time. */
export function isCrowded(lives: readonly Life[]): boolean {
  let pairs = 0;
  let alive = 0;
  for (const { change } of changes(lives)) {
    if (change > 0) pairs += alive;
    alive += change;
    if (pairs > MAX_PAIRS) return true;
  }
  return false;
}

/** Births before deaths at one moment: what dies in a call still lies there when its results are born. */
function changes(lives: readonly Life[]): { readonly moment: number; readonly change: 1 | -1 }[] {
  const all = lives.flatMap(({ born, dies }) =>
    born > dies
      ? []
      : [
          { moment: born, change: 1 as const },
          { moment: dies, change: -1 as const },
        ],
  );
  return all.sort((a, b) => a.moment - b.moment || b.change - a.change);
}

/**
 * Offsets of bodies in one walk over time: each takes the lowest free run that is long enough, and gives it back when it
 * dies. A result that may lie exactly over an input that dies takes its place. Near to n log n; no search.
 */
export function planByTime(model: ArenaModel, lives: readonly Life[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(model.bodies.length).fill(0);
  let bytes = 0;
  const ends = new Map<number, number[]>();
  const heirs = findHeirs(model, lives);
  const given = new Set(heirs.values());
  const free: Run[] = [{ start: 0, end: Infinity }];
  const bodies = bodyLives(model, lives);
  const bytesOf = (body: number) => model.bodies[body].bytes;
  let freed = Math.min(0, ...bodies.map(({ born }) => born));
  for (const { body, born, dies } of bodies.sort((a, b) => a.born - b.born || bytesOf(b.body) - bytesOf(a.body))) {
    for (; freed < born; freed++)
      for (const dead of ends.get(freed) ?? []) if (!given.has(dead)) giveBack(free, offsets[dead], bytesOf(dead));
    const ancestor = heirs.get(body);
    if (ancestor === undefined) offsets[body] = take(free, bytesOf(body), model.bodies[body].align);
    else offsets[body] = offsets[ancestor];
    bytes = Math.max(bytes, offsets[body] + bytesOf(body));
    const together = ends.get(dies);
    if (together) together.push(body);
    else ends.set(dies, [body]);
  }
  return { offsets, bytes };
}

/** A body is there from the birth of its first piece to the death of its last. */
function bodyLives({ pieces, bodies }: ArenaModel, lives: readonly Life[]): BodyLife[] {
  const found = bodies.map((_, body) => ({ body, born: Number.POSITIVE_INFINITY, dies: Number.NEGATIVE_INFINITY }));
  pieces.forEach(({ body }, piece) => {
    found[body].born = Math.min(found[body].born, lives[piece].born);
    found[body].dies = Math.max(found[body].dies, lives[piece].dies);
  });
  return found.filter(({ born, dies }) => born <= dies);
}

/** Per result the dying input whose place it takes: both are bodies of one piece and of equal size. */
function findHeirs({ pieces, bodies, shares }: ArenaModel, lives: readonly Life[]): Map<number, number> {
  const pieceCount = new Array<number>(bodies.length).fill(0);
  for (const { body } of pieces) pieceCount[body]++;
  const heirs = new Map<number, number>();
  const given = new Set<number>();
  shares.forEach((list, call) => {
    for (const { read, write, distance, exactly } of list) {
      const [from, to] = [pieces[read].body, pieces[write].body];
      const inTime = lives[read].dies === call && lives[write].born === call;
      const whole = pieceCount[from] === 1 && pieceCount[to] === 1;
      const fits = bodies[from].bytes === bodies[to].bytes && bodies[from].align % bodies[to].align === 0;
      if (!inTime || !whole || !fits || heirs.has(to) || given.has(from)) continue;
      if (exactly ? distance !== 0 : distance > 0) continue;
      heirs.set(to, from);
      given.add(from);
    }
  });
  return heirs;
}

function take(free: Run[], bytes: number, align: number): number {
  const at = free.findIndex(({ start, end }) => alignUp(start, align) + bytes <= end);
  const { start, end } = free[at];
  const offset = alignUp(start, align);
  const rest = [
    { start, end: offset },
    { start: offset + bytes, end },
  ];
  free.splice(at, 1, ...rest.filter((run) => run.start < run.end));
  return offset;
}

function giveBack(free: Run[], start: number, bytes: number): void {
  if (bytes === 0) return;
  const end = start + bytes;
  let at = free.findIndex((run) => run.start >= end);
  if (at < 0) at = free.length;
  const before = free[at - 1];
  const joinsBefore = before?.end === start;
  const joinsAfter = free[at]?.start === end;
  const run = { start: joinsBefore ? before.start : start, end: joinsAfter ? free[at].end : end };
  free.splice(joinsBefore ? at - 1 : at, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), run);
}
