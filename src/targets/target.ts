/** What a core can do, as far as kernels and cost models ask. Code asks for features, never for names of targets. */
export const FEATURES = {
  div: 'hardware integer division',
  mull: '32x32 -> 64 bit multiply in one instruction (SMULL, UMULL)',
  'mul32-slow': '32-bit multiply takes many cycles (bit-serial multiplier): shift and add instead',
  mul8: '8x8 -> 16 bit multiply in hardware (AVR), wider ones in software',
  'flash-apart': 'flash is an address space of its own, read by its own instructions (AVR)',
  'no-mul': 'no multiplication in hardware: shift and add instead',
  unaligned: 'loads and stores of 16 and 32 bits at any address',
  thumb2: 'Armv7-M without more: MLA, SMLAL and SSAT on 32 bits',
  dsp: 'Armv7E-M DSP extension (SMLAD, SSAT, SMMLAR, SXTB16)',
  fpu: 'single-precision floating point in hardware',
  'fpu-double': 'double-precision floating point in hardware',
  mve: 'Helium integer vectors',
  'mve-float': 'Helium float vectors',
} as const;
export type Feature = keyof typeof FEATURES;

export const TOOLCHAIN_NAMES = ['host-gcc', 'arm-none-eabi-gcc', 'riscv64-unknown-elf-gcc', 'avr-gcc'] as const;
export type ToolchainName = (typeof TOOLCHAIN_NAMES)[number];

/**
 * Machines that the verifier knows how to start: QEMU's Arm boards (memory map and clock in verify/boards.ts), its RISC-V
 * board, and simavr, which takes the part from the compiler's -mmcu.
 */
export const BOARD_NAMES = [
  'mps2-an385',
  'mps2-an386',
  'mps2-an500',
  'mps2-an505',
  'mps3-an547',
  'virt',
  'simavr',
] as const;
export type BoardName = (typeof BOARD_NAMES)[number];

export interface Bank {
  readonly name: string;
  readonly origin: number;
  readonly bytes: number;
}

/** A core (no memory) or a part (a core with memory and a clock), as files in targets/ describe it. */
export interface Target {
  readonly name: string;
  readonly title: string;
  /** Name of the core: 'cortex-m4f', or 'host'. */
  readonly core: string;
  readonly clockHz: number | null;
  /** null: a bare core, anything fits. */
  readonly memory: { readonly flash: readonly Bank[]; readonly ram: readonly Bank[] } | null;
  readonly features: ReadonlySet<Feature>;
  readonly toolchain: { readonly name: ToolchainName; readonly flags: readonly string[] };
  /** QEMU machine of the same core; null: the program runs here. */
  readonly emulator: BoardName | null;
  /** Another core, for which the code is built and whose emulator runs it: nothing ran on this one. null: itself. */
  readonly runsAs: string | null;
  /** Share (0 to 1) of flash and of the largest contiguous RAM that a model may take; the rest is the application's. */
  readonly budget: { readonly flash: number; readonly ram: number };
  /** All flash banks together; Infinity for a bare core. */
  readonly flashBytes: number;
  /** The largest contiguous RAM (neighbouring banks joined): the arena must lie in one piece. Infinity for a bare core. */
  readonly ramBytes: number;
}

/** Size of the largest run of banks that touch each other. */
export function largestContiguous(banks: readonly Bank[]): number {
  const sorted = [...banks].sort((a, b) => a.origin - b.origin);
  let largest = 0;
  let run = 0;
  let end = Number.NaN;
  for (const { origin, bytes } of sorted) {
    run = origin === end ? run + bytes : bytes;
    end = origin + bytes;
    largest = Math.max(largest, run);
  }
  return largest;
}
