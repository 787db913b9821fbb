import { existsSync } from 'node:fs';

/** A program that nibblec starts. */
export interface Tool {
  readonly command: string;
  /** What it is needed for, as a verb's flags name it. */
  readonly purpose: string;
  /** Prints the version; `status`: what it ends with then. */
  readonly flag?: string;
  readonly status?: number;
  /** A file that the compiler must find beside it. */
  readonly library?: { readonly name: string; readonly file: string };
  /** What installs it, by system; absent where we know of no package. */
  readonly packages: Readonly<Partial<Record<System, string>>>;
}

export type System = 'debian' | 'fedora' | 'arch' | 'mac' | 'windows';

const ARM: Tool['packages'] = {
  debian: 'gcc-arm-none-eabi libnewlib-arm-none-eabi',
  fedora: 'arm-none-eabi-gcc-cs arm-none-eabi-newlib',
  arch: 'arm-none-eabi-gcc arm-none-eabi-newlib',
  mac: '--cask gcc-arm-embedded',
};

/** In the order in which a newcomer needs them. */
export const TOOLS: readonly Tool[] = [
  {
    command: 'gcc',
    purpose: 'verify, compile --verify: runs the C on this computer',
    packages: { debian: 'gcc libc6-dev', fedora: 'gcc libasan libubsan', arch: 'gcc', mac: 'gcc' },
  },
  {
    command: 'arm-none-eabi-gcc',
    purpose: 'Arm: flash, stack, and building for the emulator',
    library: { name: 'newlib', file: 'rdimon.specs' },
    packages: ARM,
  },
  {
    command: 'qemu-system-arm',
    purpose: 'Arm: verify and bench on an emulated core',
    packages: { debian: 'qemu-system-arm', fedora: 'qemu-system-arm', arch: 'qemu-system-arm', mac: 'qemu' },
  },
  {
    command: 'riscv64-unknown-elf-gcc',
    purpose: 'RISC-V: flash, and building for the emulator',
    library: { name: 'picolibc', file: 'picolibc.specs' },
    packages: { debian: 'gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf' },
  },
  {
    command: 'qemu-system-riscv32',
    purpose: 'RISC-V: verify and bench on an emulated core',
    packages: { debian: 'qemu-system-misc', fedora: 'qemu-system-riscv', arch: 'qemu-system-riscv', mac: 'qemu' },
  },
  {
    command: 'avr-gcc',
    purpose: 'AVR: flash, and building for the simulator',
    library: { name: 'avr-libc', file: 'libc.a' },
    packages: {
      debian: 'gcc-avr avr-libc',
      fedora: 'avr-gcc avr-libc',
      arch: 'avr-gcc avr-libc',
      mac: 'osx-cross/avr/avr-gcc',
    },
  },
  {
    command: 'simavr',
    purpose: 'AVR: verify and bench on a simulated core',
    flag: '--help',
    status: 1,
    packages: { debian: 'simavr', fedora: 'simavr', mac: 'osx-cross/avr/simavr' },
  },
  {
    command: 'make',
    purpose: 'the example firmware (examples/stm32)',
    packages: { debian: 'make', fedora: 'make', arch: 'make', mac: 'make' },
  },
];

const INSTALL: Readonly<Record<System, (packages: string) => string>> = {
  debian: (packages) => `apt-get install ${packages}`,
  fedora: (packages) => `dnf install ${packages}`,
  arch: (packages) => `pacman -S ${packages}`,
  mac: (packages) => `brew install ${packages}`,
  windows: (packages) => `in WSL, as on Ubuntu: apt-get install ${packages}`,
};

/** By the installer that is there; null: none that we know. */
export function systemHere(
  platform: string = process.platform,
  has: (path: string) => boolean = existsSync,
): System | null {
  if (platform === 'win32') return 'windows';
  if (platform === 'darwin') return 'mac';
  const installers = { debian: '/usr/bin/apt-get', fedora: '/usr/bin/dnf', arch: '/usr/bin/pacman' } as const;
  const found = Object.entries(installers).find(([, path]) => has(path));
  return found ? (found[0] as System) : null;
}

/** One line that installs these tools on a system, Debian's names where it is unknown; null: no package is known for any. */
export function installLine(
  commands: readonly string[],
  system: System | null,
  tools: readonly Tool[] = TOOLS,
): string | null {
  // Windows has them in its Linux.
  const names = system === 'windows' ? 'debian' : (system ?? 'debian');
  const wanted = tools.filter(({ command }) => commands.includes(command));
  const packages = [...new Set(wanted.flatMap((tool) => tool.packages[names] ?? []))];
  if (packages.length === 0) return null;
  // Homebrew takes casks apart from the rest.
  const [casks, plain] = [true, false].map((cask) => packages.filter((name) => name.startsWith('--cask') === cask));
  const lists = [plain, casks].filter((list) => list.length > 0);
  const line = lists.map((list) => INSTALL[system ?? 'debian'](list.join(' '))).join(' && ');
  return system === null ? `with the packages of your system; on Debian: ${line}` : line;
}
