import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { armQemu } from '../../src/verify/arm-qemu.ts';
import { toolAvailable } from '../../src/verify/run-tool.ts';
import { STM32, uart } from '../examples/uart.ts';
import { describeWith, inFolder } from './native.ts';

/** A stand-in for a generated model: 4 int8 in, 3 scores out; class 2 is the sum, class 1 the first input, class 0 nothing. */
const MODEL = {
  'model.h': `
#ifndef MODEL_H
#define MODEL_H
#include <stdint.h>
#define MODEL_ARENA_BYTES 8u
typedef union { uint64_t alignment; uint8_t bytes[MODEL_ARENA_BYTES]; } model_arena;
#define MODEL_INPUT_ELEMENTS 4
#define MODEL_INPUT_BYTES 4
#define MODEL_OUTPUT_ELEMENTS 3
#define MODEL_OUTPUT_BYTES 3
int8_t *model_input(model_arena *arena);
void model_run(model_arena *arena);
const int8_t *model_output(const model_arena *arena);
extern const int8_t model_weights[4];
#endif
`,
  'model.c': `
#include "model.h"
int8_t *model_input(model_arena *arena) { return (int8_t *)arena->bytes; }
const int8_t *model_output(const model_arena *arena) { return (const int8_t *)(arena->bytes + 4); }
void model_run(model_arena *arena)
{
    const int8_t *x = (const int8_t *)arena->bytes;
    int8_t *y = (int8_t *)(arena->bytes + 4);
    volatile float sum = 0.0f; /* the FPU must be on */
    for (int i = 0; i < 4; i++) { sum += (float)(x[i] * model_weights[i]); }
    y[0] = 0; y[1] = x[0]; y[2] = (int8_t)sum;
}
`,
  'model_weights.c': '#include "model.h"\nconst int8_t model_weights[4] = {1, 1, 1, 1};\n',
};
const SAMPLES = [
  [-1, -1, -1, -1],
  [5, -3, 0, 0],
  [5, 1, 1, 1],
];
const CLASSES = [0, 1, 2];

const available = async () => {
  const make = await toolAvailable('make');
  return make === true ? armQemu('mps2-an386', []).available() : make;
};

await describeWith('examples/stm32', available, () => {
  test('make builds firmware whose UART, under QEMU, prints the class of each sample', () =>
    inFolder(async (folder) => {
      const model = join(folder, 'model');
      await mkdir(model);
      for (const [name, text] of Object.entries(MODEL)) await writeFile(join(model, name), text);
      await writeFile(join(model, 'samples.bin'), Int8Array.from(SAMPLES.flat()));
      const variables = [`MODEL_DIR=${model}`, `BUILD=${join(folder, 'build')}`];

      await execa('make', ['-C', STM32, ...variables], { timeout: 100_000 });
      const lines = await uart(variables);

      expect(lines[0]).toBe('nibblec on STM32F405: arena 8 bytes');
      expect(lines.slice(1)).toEqual([...CLASSES.map((label, i) => `sample ${i}: class ${label}`), 'done']);
      // Vector table: top of RAM, then a Thumb address in flash.
      const binary = await readFile(join(folder, 'build/firmware.bin'));
      expect(binary.readUInt32LE(0)).toBe(0x20020000);
      expect(binary.readUInt32LE(4) >>> 20).toBe(0x080);
      expect(binary.readUInt32LE(4) & 1).toBe(1);
    }));
});
