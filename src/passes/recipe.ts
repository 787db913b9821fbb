import { GOALS, type Goal } from '../ir/lowering.ts';
import type { Json } from '../ir/program.ts';
import { UserError } from '../support/errors.ts';
import { nearestName } from '../support/nearest.ts';
import { type AnyPass, type PassOptions, type Step, step } from './pass.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * A pipeline as data: `{ "name": "int8", "passes": ["canonicalize", ["fold-constants", { "maxBytes": 1024 }]] }`, and if
 * it should be so, what the kernels are chosen for and the kernel of some layers:
 * `"goal": "size", "kernels": { "conv1": "conv2d_s8" }`.
 */
export interface Recipe extends RecipeKernels {
  readonly name: string;
  readonly pipeline: readonly Step[];
}

export interface RecipeKernels {
  readonly goal?: Goal;
  /** Kernel by layer. */
  readonly kernels?: Readonly<Record<string, string>>;
}

/** Checks parsed JSON and looks its passes up among `known`. Throws UserError BAD_ARGUMENT that names the entry. */
export function parseRecipe(json: Json, known: readonly AnyPass[]): Recipe {
  if (!isRecord(json)) return fail('a recipe is a JSON object with a list "passes"');
  for (const key of Object.keys(json)) requireKnown(key, ['name', 'passes', 'goal', 'kernels'], 'recipe key', 'recipe');
  const { name = 'recipe', passes, goal, kernels } = json;
  if (typeof name !== 'string') return fail('"name" must be a text', 'name');
  if (!isList(passes)) return fail('"passes" must be a list', 'passes');
  return {
    name,
    pipeline: passes.map((entry, i) => parseEntry(entry, `passes[${i}]`, known)),
    ...(goal !== undefined && { goal: parseGoal(goal) }),
    ...(kernels !== undefined && { kernels: parseKernels(kernels) }),
  };
}

function parseGoal(json: Json): Goal {
  if (typeof json !== 'string') return fail('"goal" must be a text', 'goal');
  requireKnown(json, GOALS, 'goal', 'goal');
  return json as Goal;
}

/** Whether layers and kernels are known is seen when they are used. */
function parseKernels(json: Json): Readonly<Record<string, string>> {
  const isText = (entry: readonly [string, Json]): entry is [string, string] => typeof entry[1] === 'string';
  const entries = isRecord(json) ? Object.entries(json) : fail('"kernels" must be { "layer": "kernel" }', 'kernels');
  const wrong = entries.find((entry) => !isText(entry));
  if (wrong) return fail(`the kernel of '${wrong[0]}' must be a text`, 'kernels');
  return Object.fromEntries(entries.filter(isText));
}

/** The JSON that parseRecipe reads back to the same steps; only options other than the defaults are written. */
export function printRecipe(name: string, pipeline: Pipeline, { goal, kernels }: RecipeKernels = {}): Json {
  const passes = pipeline.map((entry): Json => {
    const { pass, options } = 'pass' in entry ? entry : step(entry);
    const changed = Object.entries(options).filter(([key, value]) => !sameJson(value, pass.defaults[key]));
    return changed.length === 0 ? pass.name : [pass.name, Object.fromEntries(changed)];
  });
  return { name, passes, ...(goal !== undefined && { goal }), ...(kernels !== undefined && { kernels }) };
}

function parseEntry(entry: Json, where: string, known: readonly AnyPass[]): Step {
  const [name, options = {}, ...rest] = isList(entry) ? entry : [entry];
  if (typeof name !== 'string' || !isRecord(options) || rest.length > 0) {
    return fail('an entry is a pass name or [name, { options }]', where);
  }
  const names = known.map((pass) => pass.name);
  requireKnown(name, names, 'pass', where);
  const pass = known.find((other) => other.name === name) as AnyPass;
  checkOptions(options, pass, where);
  return step(pass, options);
}

/** An option must exist and be of its default's kind; a default of null takes anything. */
function checkOptions(options: PassOptions, pass: AnyPass, where: string): void {
  for (const [key, value] of Object.entries(options)) {
    requireKnown(key, Object.keys(pass.defaults), `option of '${pass.name}'`, where);
    const expected = kindOf(pass.defaults[key]);
    if (expected !== 'null' && kindOf(value) !== expected) {
      fail(`option '${key}' of '${pass.name}' must be a ${expected}, not a ${kindOf(value)}`, where);
    }
  }
}

function requireKnown(name: string, known: readonly string[], what: string, where: string): void {
  if (known.includes(name)) return;
  const nearest = nearestName(name, known);
  const list = known.length > 0 ? `known: ${known.join(', ')}` : 'it has none';
  fail(`unknown ${what} '${name}'`, where, nearest ? `did you mean '${nearest}'?` : list);
}

function fail(message: string, where?: string, hint?: string): never {
  throw new UserError({
    code: 'BAD_ARGUMENT',
    message,
    ...(where && { where: `recipe: ${where}` }),
    ...(hint && { hint }),
  });
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return isList(value) ? 'list' : typeof value;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value);
}

function sameJson(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
