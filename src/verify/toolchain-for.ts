import { UserError } from '../support/errors.ts';
import type { BoardName, Target } from '../targets/target.ts';
import { armQemu } from './arm-qemu.ts';
import { avrSimavr } from './avr-simavr.ts';
import { type ArmBoardName, BOARDS } from './boards.ts';
import { hostGcc } from './host-gcc.ts';
import { riscvQemu } from './riscv-qemu.ts';
import type { Toolchain } from './toolchain.ts';

/**
 * The toolchain that builds and runs code for a target.
 * @throws UserError BAD_TARGET when the target needs an emulator and names none.
 */
export function toolchainFor(target: Target): Toolchain {
  const { emulator } = target;
  const { name, flags } = target.toolchain;
  switch (name) {
    case 'host-gcc':
      return hostGcc();
    case 'arm-none-eabi-gcc':
      return isArmBoard(emulator) ? armQemu(emulator, flags) : noEmulator(target, Object.keys(BOARDS));
    case 'riscv64-unknown-elf-gcc':
      return emulator === 'virt' ? riscvQemu(flags) : noEmulator(target, ['virt']);
    case 'avr-gcc':
      return emulator === 'simavr' ? avrSimavr(flags) : noEmulator(target, ['simavr']);
    default:
      return name satisfies never;
  }
}

function isArmBoard(name: BoardName | null): name is ArmBoardName {
  return name !== null && Object.hasOwn(BOARDS, name);
}

function noEmulator(target: Target, known: readonly string[]): never {
  throw new UserError({
    code: 'BAD_TARGET',
    message: `target '${target.name}' names no emulator that runs its code`,
    because: [`for ${target.toolchain.name} there are: ${known.join(', ')}`],
    hint: 'give it an "emulator" of the same core, or extend a core that has one',
  });
}
