import type { HarnessModel } from '../../src/verify/harness.ts';

/**
 * A model written by hand against the API of generated C: 8 int8 inputs, layer 0 doubles them (saturating),
 * layer 1 sums each half into 2 int32, which are the output. `constants` pads the weights to this many bytes.
 */
export function tinyModel(options: { readonly runBody?: string; readonly constants?: number } = {}) {
  const { runBody = RUN_BODY, constants = 16 } = options;
  const files = new Map([
    ['tiny.h', HEADER.replace('WEIGHT_BYTES', String(constants))],
    ['tiny.c', SOURCE.replace('RUN_BODY', runBody)],
    ['tiny_weights.c', WEIGHTS],
  ]);
  const model: HarnessModel = {
    prefix: 'tiny',
    arenaBytes: 20,
    returns: false,
    inputs: [{ accessor: 'tiny_input', offset: 0, bytes: 8 }],
    outputs: [{ accessor: 'tiny_output', offset: 0, bytes: 8 }],
    steps: [
      { layer: 0, bytes: 8, also: [] },
      { layer: 1, bytes: 8, also: [] },
    ],
  };
  return { files, model };
}

export const RUN_BODY = `
    l00_double((const int8_t *)(const void *)arena->bytes, (int8_t *)(void *)(arena->bytes + 8));
    LAYER_DONE(0, arena->bytes + 8, 8);
    l01_sum((const int8_t *)(const void *)(arena->bytes + 8), (int32_t *)(void *)arena->bytes);
    LAYER_DONE(1, arena->bytes, 8);`;

/** What the model must give for a sample. */
export function tinyReference(input: Int8Array): { doubled: Int8Array; sums: Int32Array } {
  const doubled = Int8Array.from(input, (x) => Math.max(-128, Math.min(127, 2 * x)));
  const sum = (from: number) => doubled.slice(from, from + 4).reduce((total, x) => total + x, 0);
  return { doubled, sums: Int32Array.of(sum(0), sum(4)) };
}

const HEADER = `
#ifndef TINY_H
#define TINY_H
#include <stdint.h>
#define TINY_ARENA_BYTES 20u
typedef union { uint64_t alignment; uint8_t bytes[TINY_ARENA_BYTES]; } tiny_arena;
#define TINY_INPUT_BYTES 8
#define TINY_OUTPUT_BYTES 8
int8_t *tiny_input(tiny_arena *arena);
void tiny_run(tiny_arena *arena);
const int32_t *tiny_output(const tiny_arena *arena);
extern const int8_t tiny_factor[WEIGHT_BYTES];
#endif
`;

const SOURCE = `
#include "tiny.h"
#include <stddef.h>
#ifdef TINY_LAYER_HOOK
void TINY_LAYER_HOOK(int layer, const void *result, size_t bytes);
#define LAYER_DONE(layer, result, bytes) TINY_LAYER_HOOK(layer, result, bytes)
#else
#define LAYER_DONE(layer, result, bytes) ((void)0)
#endif

static void l00_double(const int8_t *x, int8_t *y)
{
    for (int i = 0; i < 8; i++) {
        const int doubled = x[i] * tiny_factor[i] * tiny_factor[sizeof tiny_factor - 1];
        y[i] = (int8_t)(doubled < -128 ? -128 : doubled > 127 ? 127 : doubled);
    }
}

static void l01_sum(const int8_t *x, int32_t *y)
{
    y[0] = x[0] + x[1] + x[2] + x[3];
    y[1] = x[4] + x[5] + x[6] + x[7];
}

void tiny_run(tiny_arena *arena)
{RUN_BODY
}

int8_t *tiny_input(tiny_arena *arena) { return (int8_t *)(void *)arena->bytes; }
const int32_t *tiny_output(const tiny_arena *arena) { return (const int32_t *)(const void *)arena->bytes; }
`;

const WEIGHTS = `
#include "tiny.h"
const int8_t tiny_factor[] = {
    [0] = 2, [1] = 2, [2] = 2, [3] = 2, [4] = 2, [5] = 2, [6] = 2, [7] = 2, [sizeof tiny_factor - 1] = 1,
};
`;
