import type { KernelInstance } from '../ir/program.ts';
import type { TemplateSet } from './templates.ts';

export interface KernelText {
  /** System headers the kernels need, e.g. '<math.h>', sorted. */
  readonly systemHeaders: readonly string[];
  /** The kernels' own text in dependency order, without guards and includes. */
  readonly text: string;
}

/**
 * The kernels that `code` names, with all they need. One kernel is one file named as its function
 * (nn_dense_f32.h defines nn_dense_f32), or an instance of a template (kernel-instances.ts), so that any identifier nn_... in the
 * code leads to its file.
 * @param instances with numbers of layers
 */
export function kernelsFor(
  code: string,
  templates: TemplateSet,
  instances: readonly KernelInstance[] = [],
): KernelText {
  const headers = new Set<string>();
  const parts: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    const instance = instances.find((one) => one.name === name);
    const text = instance ? templates.instance(instance) : templates.kernel(name);
    if (text === null) return;
    for (const [, header] of text.matchAll(/^#include (<[^>]+>)/gm)) headers.add(header!);
    for (const [, dependency] of text.matchAll(/^#include "(\w+)\.h"/gm)) visit(dependency!);
    parts.push(bareKernel(text));
  };
  for (const [identifier] of code.matchAll(/\bnn_\w+/g)) visit(identifier);
  return { systemHeaders: [...headers].sort(), text: parts.join('\n') };
}

/** Without include guard (first #ifndef/#define pair and last #endif) and includes. */
function bareKernel(text: string): string {
  return text
    .replace(/^#ifndef NN_\w+_H\n#define NN_\w+_H\n/, '')
    .replace(/\n#endif\s*$/, '\n')
    .replace(/^#include .*\n/gm, '')
    .trim()
    .concat('\n');
}
