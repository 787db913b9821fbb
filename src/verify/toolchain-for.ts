import { UserError } from '../support/errors.ts';
import type { Target } from '../targets/target.ts';
import { armQemu } from './arm-qemu.ts';
import { hostGcc } from './host-gcc.ts';
import type { Toolchain } from './toolchain.ts';

/**
 * The toolchain that builds and runs code for a target.
 * @throws UserError BAD_TARGET when the target needs an emulator and names none.
 */
export function toolchainFor(target: Target): Toolchain {
  const { name, flags } = target.toolchain;
  switch (name) {
    case 'host-gcc':
      return hostGcc();
    case 'arm-none-eabi-gcc':
      if (target.emulator) return armQemu(target.emulator, flags);
      throw new UserError({
        code: 'BAD_TARGET',
        message: `target '${target.name}' names no emulator, so its code cannot run here`,
        hint: 'give it an "emulator" of the same core, or extend a core that has one',
      });
    default:
      return name satisfies never;
  }
}
