import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { armQemu } from '../../src/verify/arm-qemu.ts';
import { toolAvailable } from '../../src/verify/run-tool.ts';
import { describeWith, inFolder } from './native.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/install-toolchain.sh', import.meta.url));

const allInstalled = async () => {
  for (const tool of ['make', 'clang']) {
    const verdict = await toolAvailable(tool);
    if (verdict !== true) return verdict;
  }
  return armQemu('mps2-an386', []).available();
};

await describeWith('install-toolchain.sh with everything there', allInstalled, () => {
  test('does nothing and says so', async () => {
    const { stdout } = await execa('sh', [SCRIPT]);
    expect(stdout).toBe('install-toolchain: everything is installed');
  });
});

/** Runs the script where only these commands exist; each is a link to /bin/true. */
function runWith(commands: readonly string[]) {
  return inFolder(async (folder) => {
    await mkdir(join(folder, 'bin'));
    for (const name of commands) await symlink('/bin/true', join(folder, 'bin', name));
    await symlink('/bin/cat', join(folder, 'bin/cat'));
    const environment = { PATH: join(folder, 'bin') };
    return execa('/bin/sh', [SCRIPT], { env: environment, extendEnv: false, reject: false });
  });
}

test('on another system it names what to install', async () => {
  const { exitCode, stderr } = await runWith(['gcc', 'make', 'clang']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('Debian and Ubuntu only');
  expect(stderr).toContain(
    'Missing here (names of the Debian packages): gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm',
  );
});

test('without sudo it says what to run as root', async () => {
  const { exitCode, stderr } = await runWith(['gcc', 'make', 'clang', 'apt-get', 'id']);
  expect(exitCode).toBe(1);
  const cross = 'gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc gcc-avr avr-libc simavr';
  expect(stderr).toMatch(
    new RegExp(
      `please run as root: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm ${cross}$`,
    ),
  );
});
