import { emitC } from '../codegen/emit.ts';
import type { Compilation } from '../compile.ts';
import { UserError } from '../support/errors.ts';
import type { Target } from '../targets/target.ts';
import { agrees } from '../verify/compare.ts';
import { hostGcc } from '../verify/host-gcc.ts';
import type { Limits } from '../verify/limits.ts';
import { toolMissing } from '../verify/run-tool.ts';
import type { Toolchain } from '../verify/toolchain.ts';
import { toolchainFor } from '../verify/toolchain-for.ts';
import { TOOLS } from '../verify/tools.ts';
import { type Verdict, verifyModel } from '../verify/verify-model.ts';
import { inScratch } from './in-scratch.ts';
import { testData } from './open-data.ts';
import type { Progress } from './progress.ts';
import { difference } from './render-difference.ts';
import { wrongInFile } from './render-file.ts';
import { TOLERANCE } from './render-verdicts.ts';
import type { VerifyFlags } from './verify-flags.ts';

/** On this computer under sanitizers, then on the target's emulator when there is one. */
export async function verifyOn(compilation: Compilation, flags: VerifyFlags, progress: Progress): Promise<Verdict[]> {
  const { program, plan, target, provenance } = compilation;
  const dataset = await testData(compilation, flags, flags.count);
  // Portable C means the same as the target's own kernels, and this computer can run it.
  const onHost = target.emulator
    ? { ...compilation, files: emitC(program, plan, { features: hostFeatures(target), provenance }) }
    : compilation;
  const places = [{ toolchain: hostGcc(), model: onHost, sanitize: true }];
  if (target.emulator) places.push({ toolchain: toolchainFor(target), model: compilation, sanitize: false });

  const verdicts: Verdict[] = [];
  for (const { toolchain, model, sanitize } of places) {
    await requireAvailable(toolchain);
    const run = (directory: string) =>
      verifyModel(model, dataset, {
        toolchain,
        directory,
        sanitize,
        samples: flags.count,
        tolerance: TOLERANCE,
        limits: limitsOf(flags),
        progress: (done, total) => progress.update(`verify ${toolchain.name.split(' ')[0]}`, done, total),
      });
    verdicts.push(await inScratch(run));
  }
  return verdicts;
}

/** Assembly has a twin in C for this computer; a flash of its own it has not. */
function hostFeatures({ features }: Target): Set<string> {
  return new Set([...features].filter((feature) => feature !== 'flash-apart'));
}

function limitsOf({ strict = false, minSqnr, minTop1, worstScore }: VerifyFlags): Limits {
  return {
    strict,
    ...(minSqnr !== undefined && { minSqnrDb: minSqnr }),
    ...(minTop1 !== undefined && { minTop1 }),
    ...(worstScore !== undefined && { worstScore }),
  };
}

/** @throws UserError TOOL_MISSING. */
export async function requireAvailable(toolchain: Toolchain): Promise<void> {
  const verdict = await toolchain.available();
  if (verdict === true) return;
  // 'qemu-system-arm is not installed', or 'newlib for arm-none-eabi is not installed', which comes with the compiler.
  const [named] = verdict.split(' ');
  const command = TOOLS.some((tool) => tool.command === named) ? named : toolchain.name.split(' ')[0];
  const { hint } = toolMissing(command).problem;
  throw new UserError({ code: 'TOOL_MISSING', message: `cannot build and run C: ${verdict}`, ...(hint && { hint }) });
}

/** @throws UserError MISMATCH that lists what differs, first layer first; NOT_MET with the limits that are not met. */
export function requirePassed(verdicts: readonly Verdict[]): void {
  const failed = verdicts.find(({ passed }) => !passed);
  if (!failed) return requireLimits(verdicts);
  const wrong = [...failed.layers, ...failed.outputs].filter((comparison) => !agrees(comparison, TOLERANCE));
  throw new UserError({
    code: 'MISMATCH',
    message: 'the generated C and onnxruntime disagree',
    where: failed.toolchain,
    because: [
      ...wrong.slice(0, 10).map((c) => `${c.layer} '${c.value}': ${difference(c)}`),
      ...(failed.file?.run ? wrongInFile(failed.file) : []).slice(0, 10).map((line) => `of the file: ${line}`),
    ],
    hint: 'this is a bug in nibblec; please report it with the model',
  });
}

function requireLimits(verdicts: readonly Verdict[]): void {
  const failed = verdicts.find(({ unmet }) => unmet.length > 0);
  if (!failed) return;
  throw new UserError({
    code: 'NOT_MET',
    message: 'the C computes what it should, but not what was asked for',
    where: failed.toolchain,
    because: failed.unmet,
  });
}
