/* harness.c for AVR under simavr: samples in flash (samples.c), results as lines of text through the simulator's console,
 * time as marks in its trace. Lines: 'o' the outputs of a sample, 't' the result of a layer, 's' bytes of stack, 'r' bytes of RAM
 * that are left for it, each with hexadecimal digits; 'f' and a sentence when the model breaks a rule; 'm' when the stack has
 * run into what lies below it. */
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/sleep.h>
#include <string.h>

#define HARNESS_READ_ROWS memcpy_P
#include "harness_model.h"

#define CANARY_BYTES 8
#define CANARY 0xC3
#define PAINT 0xC5

extern const uint8_t harness_samples[];
extern const uint16_t harness_sample_count;
extern uint8_t _end;

/* What simavr reads from the program: where the console and the traced register are. */
struct __attribute__((packed)) simavr_text {
    uint8_t tag, length;
    char text[16];
};
struct __attribute__((packed)) simavr_register {
    uint8_t tag, length;
    const volatile void *what;
};
struct __attribute__((packed)) simavr_trace {
    uint8_t tag, length, mask;
    const volatile void *what;
    char name[32];
};
#define SIMAVR __attribute__((section(".mmcu"), used))
static const struct simavr_text trace_file SIMAVR = { 12, 16, "trace.vcd" };
static const struct simavr_register console SIMAVR = { 11, 2, &GPIOR0 };
static const struct simavr_trace marks SIMAVR = { 14, 35, 0xFF, &GPIOR1, "mark" };

static struct {
    uint8_t before[CANARY_BYTES];
    harness_arena arena;
    uint8_t after[CANARY_BYTES];
} memory;

static void put_line(char kind, const uint8_t *bytes, size_t count)
{
    GPIOR0 = (uint8_t)kind;
    GPIOR0 = ' ';
    for (; count > 0; count--, bytes++) {
        const uint8_t high = *bytes >> 4, low = *bytes & 15;
        GPIOR0 = (uint8_t)(high + (high < 10 ? '0' : 'a' - 10));
        GPIOR0 = (uint8_t)(low + (low < 10 ? '0' : 'a' - 10));
    }
    GPIOR0 = '\r';
}

/* Sleep without interrupts ends the simulation. */
static void stop(void)
{
    sleep_enable();
    for (;;) {
        sleep_cpu();
    }
}

static void overrun(void)
{
    put_line('m', NULL, 0);
    stop();
}

static void fail(const char *what)
{
    GPIOR0 = 'f';
    GPIOR0 = ' ';
    for (uint8_t c; (c = pgm_read_byte(what)) != 0; what++) {
        GPIOR0 = c;
    }
    GPIOR0 = '\r';
    stop();
}

static uint8_t states[HARNESS_STATE_BYTES + 1];

/* State as the sample before left it; zeros where a sequence begins. */
static void load_states(uint16_t index)
{
#if HARNESS_STATE_BYTES > 0
    if (index == 0 || (HARNESS_SEQUENCE > 0 && index % HARNESS_SEQUENCE == 0)) {
        HARNESS_RESET(&memory.arena);
        return;
    }
#endif
    const uint8_t *from = states;
    for (uint8_t i = 0; harness_states[i].bytes > 0; i++) {
        memcpy(memory.arena.bytes + harness_states[i].offset, from, harness_states[i].bytes);
        from += harness_states[i].bytes;
    }
    (void)index;
}

static void store_states(void)
{
    uint8_t *to = states;
    for (uint8_t i = 0; harness_states[i].bytes > 0; i++) {
        memcpy(to, memory.arena.bytes + harness_states[i].offset, harness_states[i].bytes);
        to += harness_states[i].bytes;
    }
}

const uint8_t *harness_rows;
static uint16_t sample_index;

static void load_sample(const uint8_t *sample, uint8_t poison)
{
    memset(&_end, PAINT, CANARY_BYTES);
    memset(memory.before, CANARY, sizeof memory.before);
    memset(memory.after, CANARY, sizeof memory.after);
    memset(&memory.arena, poison, sizeof memory.arena);
    load_states(sample_index);
    for (size_t i = 0; harness_inputs[i] != NULL; i++) {
        void *const to = harness_inputs[i](&memory.arena);
        if (to == NULL) { /* it comes by rows */
            harness_rows = sample;
        } else {
            memcpy_P(to, sample, harness_input_bytes[i]);
        }
        sample += harness_input_bytes[i];
    }
}

static void check_canaries(void)
{
    for (uint8_t i = 0; i < CANARY_BYTES; i++) {
        if ((&_end)[i] != PAINT) {
            overrun();
        }
    }
    for (uint8_t i = 0; i < CANARY_BYTES; i++) {
        if (memory.before[i] != CANARY) {
            fail(PSTR("the run wrote below the arena"));
        }
        if (memory.after[i] != CANARY) {
            fail(PSTR("the run wrote above the arena"));
        }
    }
}

#if HARNESS_HOOK
static enum { QUIET, TRACE, COUNT } hook_mode;
static uint8_t mark;
static int step;

void harness_layer(int layer, const void *result, size_t bytes);

/* Two marks around nothing tell what a mark itself takes. */
void harness_layer(int layer, const void *result, size_t bytes)
{
    (void)layer;
    if (hook_mode == COUNT) {
        GPIOR1 = ++mark;
    } else if (hook_mode == TRACE) {
        put_line('t', result, bytes);
        for (uint8_t i = 0; harness_also[i].step >= 0; i++) {
            if (harness_also[i].step == step) {
                put_line('t', memory.arena.bytes + harness_also[i].offset, harness_also[i].bytes);
            }
        }
        step++;
    }
}

/* Marks: the second of two without work between them, one after each layer, one at the end. */
static void measure(const uint8_t *sample)
{
    load_sample(sample, 0x7F);
    hook_mode = COUNT;
    harness_layer(0, 0, 0);
    harness_layer(0, 0, 0);
    HARNESS_RUN(&memory.arena);
    harness_layer(0, 0, 0);
    hook_mode = QUIET;
}

static __attribute__((noinline)) void measure_stack(const uint8_t *sample)
{
    uint8_t *const top = (uint8_t *)SP;
    load_sample(sample, 0x7F);
    for (uint8_t *byte = &_end; byte < top - 8; byte++) {
        *(volatile uint8_t *)byte = PAINT;
    }
    HARNESS_RUN(&memory.arena);
    const uint8_t *deepest = &_end;
    while (*deepest == PAINT) {
        deepest++;
    }
    const uint16_t used = (uint16_t)(top - deepest);
    put_line('s', (const uint8_t *)&used, sizeof used);
}
#endif

static void put_outputs(void)
{
    for (size_t i = 0; harness_outputs[i] != NULL; i++) {
        put_line('o', harness_outputs[i](&memory.arena), harness_output_bytes[i]);
    }
}

int main(void)
{
    /* A return address that was written over leads back here, sooner or later. */
    if (GPIOR2 == PAINT) {
        overrun();
    }
    GPIOR2 = PAINT;
    const uint8_t *sample = harness_samples;
    const int16_t left = (int16_t)(SP - (uint16_t)&_end);
    put_line('r', (const uint8_t *)&left, sizeof left);
    for (uint16_t index = 0; index < harness_sample_count; index++) {
#if HARNESS_HOOK
        if (HARNESS_COUNTS && index == 0) {
            measure(sample);
            measure_stack(sample);
        }
        if (index < HARNESS_TRACED) {
            hook_mode = TRACE;
            step = 0;
            load_sample(sample, 0x7F);
            HARNESS_RUN(&memory.arena);
            hook_mode = QUIET;
        }
#endif
        for (uint8_t run = 0; run < HARNESS_RUNS; run++) {
            load_sample(sample, run == 0 ? 0x7F : 0x80);
            HARNESS_RUN(&memory.arena);
            if (HARNESS_STATUS != 0) {
                fail(HARNESS_STATUS == -1   ? PSTR("the run returned OVERFLOW")
                     : HARNESS_STATUS == -2 ? PSTR("the run returned BAD_COUNT")
                                            : PSTR("the rows were not counted"));
            }
            check_canaries();
            put_outputs();
        }
        store_states();
        sample_index++;
        sample += HARNESS_INPUT_BYTES;
    }
    stop();
}
