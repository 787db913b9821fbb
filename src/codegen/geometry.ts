import type { Call, Json } from '../ir/program.ts';

type Params = { readonly [key: string]: Json };

/** A window that layers have in common, a constant of the generated C. */
export interface Geometry {
  readonly name: string;
  readonly shape: Params;
}

/** The distinct windows of a program, each called as the first layer that has it: `l03_shape`. */
export function geometriesOf(calls: readonly Call[]): ReadonlyMap<string, Geometry> {
  const known = new Map<string, Geometry>();
  for (const { symbol, params } of calls) {
    const shape = windowOf(params);
    if (!shape || known.has(JSON.stringify(shape))) continue;
    known.set(JSON.stringify(shape), { name: `${symbol.split('_')[0]}_shape`, shape });
  }
  return known;
}

/** What a layer's template sees: its window has a name. */
export function withGeometry(params: Params, known: ReadonlyMap<string, Geometry>): Params {
  const shape = windowOf(params);
  const geometry = shape && known.get(JSON.stringify(shape));
  return geometry ? { ...params, shape: { ...shape, name: geometry.name } } : params;
}

/** The parameter that is a WindowShape. */
function windowOf({ shape }: Params): Params | null {
  const window = typeof shape === 'object' && shape !== null && 'kernel_h' in shape;
  return window ? (shape as Params) : null;
}
