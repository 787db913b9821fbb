// Test images as the generated int8 model takes them: codes, back to back.
//   node raw-samples.js MODEL.h COUNT > samples.bin
import { readFileSync } from 'node:fs';

const PIXELS = 24 * 24;
const [header, count] = process.argv.slice(2);
const macros = readFileSync(header, 'utf8');
const scale = Number(/_INPUT_SCALE ([\d.e-]+)f/.exec(macros)[1]);
const zeroPoint = Number(/_INPUT_ZERO_POINT \((-?\d+)\)/.exec(macros)[1]);

// An NPY file of bytes is a header and then the pixels; the model was trained on pixel / 256.
const file = readFileSync(new URL('test.npy', import.meta.url));
const pixels = file.subarray(file.readUInt16LE(8) + 10).subarray(0, PIXELS * Number(count));
process.stdout.write(
  Int8Array.from(pixels, (pixel) => {
    const code = Math.floor(pixel / 256 / scale + 0.5) + zeroPoint;
    return Math.max(-128, Math.min(127, code));
  }),
);
