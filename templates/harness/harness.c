/* Runs a generated model over the samples of input.bin (raw little-endian inputs, back to back), each sample over an
 * arena filled with poison and fenced by canaries. Writes output.bin (raw outputs, back to back) and, when asked,
 * trace.bin (the result of each layer, in order, in a loop turn by turn) and counts.bin (uint64: time of each layer, of all, bytes of stack).
 * Ends with status 0, or 2 and a line on stderr when the model breaks a rule. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2") /* so that a model built with -O0 is measured with the same small overhead */
#endif

#include "harness_model.h"
#include "port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define HARNESS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HARNESS_ASAN 1
#endif
#endif
#ifdef HARNESS_ASAN
/* Of sanitizer/asan_interface.h, which not every installation has. */
void __asan_poison_memory_region(const volatile void *at, size_t bytes);
void __asan_unpoison_memory_region(const volatile void *at, size_t bytes);
#define FENCE(at, bytes) __asan_poison_memory_region(at, bytes)
#define UNFENCE(at, bytes) __asan_unpoison_memory_region(at, bytes)
#else
#define FENCE(at, bytes) ((void)(at))
#define UNFENCE(at, bytes) ((void)(at))
#endif

/* 72: the arena starts at an odd multiple of 8, the alignment that its type promises and no more. */
#define CANARY_BYTES 72
#define CANARY 0xC3
static const int poisons[2] = {0x7F, 0x80};

static struct {
    uint8_t before[CANARY_BYTES];
    harness_arena arena;
    uint8_t after[CANARY_BYTES];
} memory;
static harness_arena *const arena = &memory.arena;

static uint8_t sample[HARNESS_INPUT_BYTES] __attribute__((aligned(8)));
const uint8_t *harness_rows;
static uint8_t results[HARNESS_RUNS][HARNESS_OUTPUT_BYTES + 1];
static unsigned long sample_index;
/* What each of the runs of a sample left for the next sample. */
static uint8_t states[HARNESS_RUNS][HARNESS_STATE_BYTES + 1];

static void fail(const char *what)
{
    fprintf(stderr, "harness: sample %lu: %s\n", sample_index, what);
    exit(2);
}

static FILE *open_file(const char *name, const char *mode)
{
    FILE *file = fopen(name, mode);
    if (file == NULL) {
        fprintf(stderr, "harness: cannot open %s\n", name);
        exit(2);
    }
    (void)setvbuf(file, NULL, _IOFBF, 32768);
    return file;
}

static void write_file(FILE *file, const void *bytes, size_t count)
{
    if (fwrite(bytes, 1, count, file) != count) {
        fail("cannot write a result");
    }
}

/* State as run `run` of the sample before left it; zeros where a sequence begins. */
static void load_states(int run)
{
#if HARNESS_STATE_BYTES > 0
    if (sample_index == 0 || (HARNESS_SEQUENCE > 0 && sample_index % HARNESS_SEQUENCE == 0)) {
        HARNESS_RESET(arena);
        return;
    }
#endif
    const uint8_t *from = states[run];
    for (size_t i = 0; harness_states[i].bytes > 0; i++) {
        memcpy(arena->bytes + harness_states[i].offset, from, harness_states[i].bytes);
        from += harness_states[i].bytes;
    }
}

static void store_states(int run)
{
    uint8_t *to = states[run];
    for (size_t i = 0; harness_states[i].bytes > 0; i++) {
        memcpy(to, arena->bytes + harness_states[i].offset, harness_states[i].bytes);
        to += harness_states[i].bytes;
    }
}

static void load_sample(int run)
{
    const int poison = poisons[run];
    memset(memory.before, CANARY, sizeof memory.before);
    memset(memory.after, CANARY, sizeof memory.after);
    memset(arena, poison, sizeof *arena);
    load_states(run);
    const uint8_t *from = sample;
    for (size_t i = 0; harness_inputs[i] != NULL; i++) {
        uint8_t *to = harness_inputs[i](arena);
        if (to == NULL) { /* it comes by rows */
            harness_rows = from;
            from += harness_input_bytes[i];
            continue;
        }
        if (to < arena->bytes || to + harness_input_bytes[i] > arena->bytes + HARNESS_ARENA_BYTES) {
            fail("an input lies outside of the arena");
        }
        memcpy(to, from, harness_input_bytes[i]);
        from += harness_input_bytes[i];
    }
}

static void store_results(uint8_t *to)
{
    for (size_t i = 0; harness_outputs[i] != NULL; i++) {
        const uint8_t *from = harness_outputs[i](arena);
        if (from < arena->bytes || from + harness_output_bytes[i] > arena->bytes + HARNESS_ARENA_BYTES) {
            fail("an output lies outside of the arena");
        }
        memcpy(to, from, harness_output_bytes[i]);
        to += harness_output_bytes[i];
    }
}

static int all_equal(const uint8_t *bytes, size_t count, int value)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != value) {
            return 0;
        }
    }
    return 1;
}

/* One run over fresh poison; with a sanitizer, even reading beside the arena is an error. */
static void run_sample(int run)
{
    const int poison = poisons[run];
    load_sample(run);
    FENCE(memory.before, sizeof memory.before);
    FENCE(memory.after, sizeof memory.after);
    HARNESS_RUN(arena);
    if (HARNESS_STATUS != 0) {
        fail(HARNESS_STATUS == -1   ? "the run returned OVERFLOW"
             : HARNESS_STATUS == -2 ? "the run returned BAD_COUNT"
                                    : "the rows were not counted");
    }
    UNFENCE(memory.before, sizeof memory.before);
    UNFENCE(memory.after, sizeof memory.after);
    if (!all_equal(memory.before, sizeof memory.before, CANARY)) {
        fail("the run wrote below the arena");
    }
    const uint8_t *rest = (const uint8_t *)arena + HARNESS_ARENA_BYTES; /* the arena's type may be padded */
    if (!all_equal(memory.after, sizeof memory.after, CANARY) ||
        !all_equal(rest, sizeof *arena - HARNESS_ARENA_BYTES, poison)) {
        fail("the run wrote above the arena");
    }
}

#if HARNESS_HOOK
static enum { QUIET, TRACE, COUNT } hook_mode;
static FILE *trace;
static int next_step;
static uint64_t counts[HARNESS_STEPS + 2];
static uint64_t last_start;

static int is_next(int layer, size_t bytes)
{
    if (next_step < 0 || next_step >= HARNESS_STEPS) {
        return 0;
    }
    return layer == harness_steps[next_step].layer && bytes == harness_steps[next_step].bytes;
}

void harness_layer(int layer, const void *result, size_t bytes);

static __attribute__((noinline)) void layer_done(int layer, const void *result, size_t bytes)
{
    if (hook_mode == COUNT) {
        counts[next_step] = port_clock_stop() - last_start;
        next_step += next_step < HARNESS_STEPS;
        last_start = port_clock_start();
        return;
    }
    if (!is_next(layer, bytes)) {
        fail("the layers are not as the compiler said");
    }
    if (bytes > 0) {
        write_file(trace, result, bytes);
    }
    for (int i = 0; harness_also[i].step >= 0; i++) {
        if (harness_also[i].step == next_step) {
            write_file(trace, arena->bytes + harness_also[i].offset, harness_also[i].bytes);
        }
    }
    next_step++;
}

void harness_layer(int layer, const void *result, size_t bytes)
{
    if (hook_mode != QUIET) {
        layer_done(layer, result, bytes);
    }
}

/* What the clock shows for a hook call after no work: the mean over some calls. */
static uint64_t hook_overhead(void)
{
    enum { CALLS = 32 };
    uint64_t sum = 0;
    next_step = HARNESS_STEPS;
    last_start = port_clock_start();
    for (int i = 0; i < CALLS; i++) {
        harness_layer(0, NULL, 0);
        sum += counts[HARNESS_STEPS];
    }
    return (sum + CALLS / 2) / CALLS;
}

static void measure(void)
{
    hook_mode = COUNT;
    const uint64_t overhead = hook_overhead();
    load_sample(0);
    next_step = 0;
    last_start = port_clock_start();
    HARNESS_RUN(arena);
    counts[HARNESS_STEPS] = port_clock_stop() - last_start; /* what follows the last layer */
    hook_mode = QUIET;

    uint64_t total = 0;
    for (int i = 0; i <= HARNESS_STEPS; i++) {
        counts[i] = counts[i] > overhead ? counts[i] - overhead : 0;
        total += counts[i];
    }
    counts[HARNESS_STEPS] = total;
    load_sample(0);
    counts[HARNESS_STEPS + 1] = port_stack_bytes(arena);
    FILE *file = open_file("counts.bin", "wb");
    write_file(file, counts, sizeof counts);
    (void)fclose(file);
}

static void trace_layers(void)
{
    hook_mode = TRACE;
    next_step = 0;
    run_sample(0);
    hook_mode = QUIET;
    if (next_step != HARNESS_STEPS) {
        fail("the layers are not as the compiler said");
    }
}
#endif

int main(void)
{
    FILE *input = open_file("input.bin", "rb");
    FILE *output = open_file("output.bin", "wb");
#if HARNESS_HOOK
    trace = open_file("trace.bin", "wb");
#endif
    for (size_t count; (count = fread(sample, 1, sizeof sample, input)) > 0; sample_index++) {
        if (count != sizeof sample) {
            fail("input.bin ends inside of a sample");
        }
#if HARNESS_HOOK
        if (sample_index + 1 <= HARNESS_TRACED) {
            trace_layers();
        }
        if (HARNESS_COUNTS && sample_index == 0) {
            measure();
        }
#endif
        for (int i = 0; i < HARNESS_RUNS; i++) {
            run_sample(i);
            store_results(results[i]);
            store_states(i);
        }
        if (memcmp(results[0], results[HARNESS_RUNS - 1], HARNESS_OUTPUT_BYTES) != 0) {
            fail("the result depends on what was in the arena before (a read of memory that was not written)");
        }
        write_file(output, results[0], HARNESS_OUTPUT_BYTES);
    }
#if HARNESS_HOOK
    (void)fclose(trace);
#endif
    return fclose(output) == 0 ? 0 : 2;
}
