/* What the harness needs from the machine it runs on. */
#ifndef PORT_H
#define PORT_H

#include "harness_model.h"

#include <stddef.h>
#include <stdint.h>

/* A time interval is port_clock_stop() - port_clock_start(), less what the same difference is for no work at all.
 * Unit: instructions on the emulator, nanoseconds on the host. */
uint64_t port_clock_start(void);
uint64_t port_clock_stop(void);

/* Runs the model and returns how many bytes of stack that used, from the stack pointer of the call on; 0 where that cannot
 * be told. */
size_t port_stack_bytes(harness_arena *arena);

#endif
