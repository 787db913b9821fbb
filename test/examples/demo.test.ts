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
  test('prints accuracy, sizes and exactness of every model in every precision', async () => {
    const { stdout } = await execa('node', ['examples/demo.js'], { cwd: ROOT, timeout: 400_000 });

    expect(stdout.match(/^ +float32 +int8 +4-bit INQ +ternary TTQ$/gm)).toHaveLength(2);
    expect(stdout.match(/accuracy( +9\d\.\d %){4}\n/g)).toHaveLength(2);
    expect(stdout.match(/flash with code( +[\d,]+ B){4}\n/g)).toHaveLength(2);
    expect(stdout.match(/(sanitizers on|in QEMU) +within \de-\d( +bit-exact){3}\n/g)).toHaveLength(4);
    expect(stdout).toContain('generated/shapes/int8/shapes.h');
  });
});
