import type { Compilation } from '../compile.ts';
import { UserError } from '../support/errors.ts';
import { type Footprint, measureFootprint } from '../verify/size.ts';
import type { Optimize } from '../verify/toolchain.ts';
import { toolchainFor } from '../verify/toolchain-for.ts';
import { harnessModel } from '../verify/verify-model.ts';

/** Sizes read from compiled objects, or the reason why there are none. */
export type Measurement = { readonly with: string; readonly footprint: Footprint } | { readonly notBecause: string };

/**
 * Compiles the generated C with the target's compiler in `directory` and reads flash and worst-case stack. A compiler
 * that is not installed is a reason, not an error.
 * @throws UserError TOOL_FAILED when the compiler refuses the C.
 */
export async function measure(
  compilation: Compilation,
  directory: string,
  optimize: Optimize = '-O2',
): Promise<Measurement> {
  try {
    const toolchain = toolchainFor(compilation.target);
    const request = { files: compilation.files, directory, optimize };
    const footprint = await measureFootprint(toolchain, harnessModel(compilation), request);
    const [compiler] = toolchain.name.split(' ');
    return { with: `${compiler} ${optimize}`, footprint };
  } catch (error) {
    if (!(error instanceof UserError) || error.problem.code !== 'TOOL_MISSING') throw error;
    return { notBecause: error.problem.message };
  }
}
