import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { armQemu } from '../../src/verify/arm-qemu.ts';
import { describeWith } from '../verify/native.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const available = async () => {
  if (!existsSync(new URL('../../dist/cli/main.js', import.meta.url))) return 'nibblec is not built (npm run build)';
  return armQemu('mps2-an386', []).available();
};

await describeWith('the demo', available, () => {
  test('prints accuracy, sizes and exactness of both precisions', async () => {
    const { stdout } = await execa('node', ['examples/shapes/demo.js'], { cwd: ROOT, timeout: 200_000 });

    expect(stdout).toMatch(/accuracy +9\d\.\d % +9\d\.\d %\n/);
    expect(stdout).toMatch(/flash +[\d,]+ B +[\d,]+ B\n/);
    expect(stdout).toMatch(/sanitizers on +within \de-\d +bit-exact\n/);
    expect(stdout).toMatch(/in QEMU +within \de-\d +bit-exact\n/);
    expect(stdout).toContain('generated/int8/shapes.h');
  });
});
