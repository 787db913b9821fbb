import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import type { Json, KernelInstance, RequantizationForm } from '../ir/program.ts';
import { invariant } from '../support/errors.ts';
import { kernelVariant, requantizedIn, requantizingKernel } from './kernel-variants.ts';

/** Works from src/ (tests) and from dist/ (installed): both lie one level below the package root. */
export const TEMPLATE_ROOT = fileURLToPath(new URL('../../templates/', import.meta.url));

export interface TemplateSet {
  /** Renders templates/<set>/<name>.hbs from the first set that has it. */
  render(name: string, context: Json | object): string;
  /** Text of templates/<set>/kernels/<name>.h from the first set that has it, or of a variant of another kernel; else null. */
  kernel(name: string): string | null;
  /** The body of a layer with the kernels for this form. */
  requantized(body: string, form: RequantizationForm): string;
  /** templates/<set>/kernels/<template>.h.hbs with the numbers of one layer, as a kernel of its own. */
  instance(instance: KernelInstance): string;
}

/** Text of templates/c/kernels/<name>.h, or null. */
function portableKernel(name: string): string | null {
  const file = `${TEMPLATE_ROOT}c/kernels/${name}.h`;
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

const opened = new Map<string, TemplateSet>();

/** Template sets in order of preference: ['dsp', 'c']. A unit that is missing in one falls back to the next. Read once. */
export function templateSet(sets: readonly string[]): TemplateSet {
  const known = opened.get(sets.join());
  if (known) return known;
  const set = openSets(sets);
  opened.set(sets.join(), set);
  return set;
}

function openSets(sets: readonly string[]): TemplateSet {
  const compiled = new Map<string, Handlebars.TemplateDelegate>();
  const kernels = new Map<string, string | null>();
  const engine = Handlebars.create();
  const find = (path: string) => sets.map((set) => `${TEMPLATE_ROOT}${set}/${path}`).find((file) => existsSync(file));

  for (const set of [...sets].reverse()) {
    const folder = `${TEMPLATE_ROOT}${set}/partials/`;
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.hbs')) continue;
      engine.registerPartial(file.slice(0, -'.hbs'.length), readFileSync(folder + file, 'utf8'));
    }
  }

  const kernel = (name: string): string | null => {
    const known = kernels.get(name);
    if (known !== undefined) return known;
    const file = find(`kernels/${name}.h`);
    const text = file ? readFileSync(file, 'utf8') : variant(name);
    kernels.set(name, text);
    return text;
  };
  const variant = (name: string): string | null => {
    const wanted = requantizingKernel(name);
    const base = wanted && kernel(wanted.base);
    return wanted && base !== null
      ? requantizedIn(base, wanted.form, kernel, hasFile)
      : kernelVariant(name, portableKernel);
  };
  const hasFile = (name: string) => find(`kernels/${name}.h`) !== undefined;

  return {
    kernel,
    requantized: (body, form) => requantizedIn(body, form, kernel, hasFile),
    render(name, context) {
      let template = compiled.get(name);
      if (!template) {
        const file = find(`${name}.hbs`);
        invariant(file, `no template '${name}' in ${sets.join(', ')}`);
        template = engine.compile(readFileSync(file, 'utf8'), { noEscape: true, strict: true });
        compiled.set(name, template);
      }
      return template(context);
    },
    instance({ name, template, params, form }) {
      const text = this.render(`kernels/${template}.h`, { name, guard: `${name.toUpperCase()}_H`, ...params });
      return form ? requantizedIn(text, form, kernel, hasFile) : text;
    },
  };
}
