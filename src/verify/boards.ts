import type { BoardName } from '../targets/target.ts';

interface Region {
  readonly origin: number;
  readonly bytes: number;
}

/** Memory and clock of a QEMU board, as far as the harness uses them. */
export interface Board {
  /** Where the core looks for its vector table (1 KB). */
  readonly vectors: number;
  readonly code: Region;
  /** Large: weights of many megabytes must run on every board. */
  readonly constants: Region;
  readonly ram: Region;
  /**
   * Instructions per tick of SysTick on the core clock, as a fraction: under `-icount shift=0` an instruction takes 1 ns
   * of virtual time, so a clock of 25 MHz ticks every 40 instructions.
   */
  readonly instructionsPerTick: readonly [numerator: number, denominator: number];
}

const KB = 1024;
const MB = 1024 * KB;

/** AN385 and AN386: SSRAM1 at 0, SSRAM2 and 3 at 0x20000000, PSRAM at 0x21000000. */
const MPS2: Board = {
  vectors: 0x00000000,
  code: { origin: 0x00000400, bytes: 4 * MB - KB },
  constants: { origin: 0x21000000, bytes: 16 * MB },
  ram: { origin: 0x20000000, bytes: 4 * MB },
  instructionsPerTick: [40, 1],
};

/** Boards that armQemu() knows. */
export type ArmBoardName = Exclude<BoardName, 'virt' | 'simavr'>;

export const BOARDS: Readonly<Record<ArmBoardName, Board>> = {
  'mps2-an385': MPS2,
  'mps2-an386': MPS2,
  'mps2-an500': { ...MPS2, constants: { origin: 0x60000000, bytes: 16 * MB } },
  'mps2-an505': {
    vectors: 0x10000000,
    code: { origin: 0x10000400, bytes: 4 * MB - KB },
    constants: { origin: 0x80000000, bytes: 16 * MB },
    ram: { origin: 0x38000000, bytes: 4 * MB },
    instructionsPerTick: [50, 1],
  },
  // The ITCM at 0 has only 512 KB: code goes to the 2 MB of SRAM, constants to DDR.
  'mps3-an547': {
    vectors: 0x00000000,
    code: { origin: 0x01000000, bytes: 2 * MB },
    constants: { origin: 0x60000000, bytes: 64 * MB },
    ram: { origin: 0x31000000, bytes: 4 * MB },
    instructionsPerTick: [125, 4],
  },
};
