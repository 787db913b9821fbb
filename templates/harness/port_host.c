/* The harness on a POSIX host. */
#define _POSIX_C_SOURCE 199309L

#include "port.h"

#include <time.h>

static uint64_t nanoseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t port_clock_start(void)
{
    return nanoseconds();
}

uint64_t port_clock_stop(void)
{
    return nanoseconds();
}

size_t port_stack_bytes(harness_arena *arena)
{
    HARNESS_RUN(arena);
    return 0;
}
