import { expect, test } from 'vitest';
import { planFor } from '../../scripts/install-toolchain.ts';
import { toolMissing } from '../../src/verify/run-tool.ts';
import { toolVersion } from '../../src/verify/tool-version.ts';
import { installLine, systemHere, TOOLS } from '../../src/verify/tools.ts';

const named = (...commands: string[]) => TOOLS.filter(({ command }) => commands.includes(command));

test('with everything there it says so', () => {
  expect(planFor([], 'debian', true, true)).toEqual({ say: 'everything is installed', install: null });
});

test('on Debian it installs what is missing, as root or by sudo', () => {
  const packages = ['gcc-arm-none-eabi', 'libnewlib-arm-none-eabi', 'qemu-system-arm'];
  const { say, install } = planFor(named('arm-none-eabi-gcc', 'qemu-system-arm'), 'debian', false, true);
  expect(say).toBe(`installing ${packages.join(' ')}`);
  const options = ['-q', '-y', '--no-install-recommends'];
  expect(install).toEqual([
    ['sudo', 'apt-get', 'update', '-q'],
    ['sudo', 'apt-get', 'install', ...options, ...packages],
  ]);
  expect(planFor(named('make'), 'debian', true, true).install?.[1]).toEqual(['apt-get', 'install', ...options, 'make']);
});

test.each([
  ['debian', 'apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm'],
  ['fedora', 'dnf install arm-none-eabi-gcc-cs arm-none-eabi-newlib qemu-system-arm'],
  ['arch', 'pacman -S arm-none-eabi-gcc arm-none-eabi-newlib qemu-system-arm'],
  ['mac', 'brew install qemu && brew install --cask gcc-arm-embedded'],
  ['windows', 'in WSL, as on Ubuntu: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm'],
] as const)('on %s, or without rights, it says in one line what to install', (system, line) => {
  const { say, install } = planFor(named('arm-none-eabi-gcc', 'qemu-system-arm'), system, false, false);
  expect(say).toBe(`missing: arm-none-eabi-gcc, qemu-system-arm. To install them:\n  ${line}`);
  expect(install).toBeNull();
});

test('a system is known by its platform, or by its installer', () => {
  expect(systemHere('win32')).toBe('windows');
  expect(systemHere('darwin')).toBe('mac');
  expect(systemHere('linux', (path) => path === '/usr/bin/dnf')).toBe('fedora');
  expect(systemHere('linux', () => false)).toBeNull();
  expect(installLine(['make'], null)).toBe('with the packages of your system; on Debian: apt-get install make');
  expect(installLine(['riscv64-unknown-elf-gcc'], 'arch')).toBeNull();
});

test('the error of a missing tool says what installs it, and what works without', () => {
  const { message, hint } = toolMissing('qemu-system-arm').problem;
  expect(message).toBe('qemu-system-arm is not installed');
  expect(hint).toMatch(
    /qemu.*; 'nibblec doctor' tells what each tool is for, and compile without --verify needs none$/,
  );
});

test('the version of a program, and of one that is not there', async () => {
  expect(await toolVersion('node')).toBe(process.versions.node);
  expect(await toolVersion('nibblec-has-no-such-tool')).toBeNull();
});
