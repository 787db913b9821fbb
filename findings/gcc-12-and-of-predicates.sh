#!/bin/sh
# gcc 12.2 for Cortex-M55 ends in an internal error where two predicates of vectors are joined by &. A comparison that takes the
# other predicate (vcmpneq_m) says the same and compiles. Needs the compiler (Debian 12: gcc-arm-none-eabi 15:12.2.rel1-1).
compiler=arm-none-eabi-gcc
version=$($compiler -dumpfullversion)
case $version in 12.2.*) ;; *) echo "needs $compiler 12.2, not $version"; exit 1 ;; esac

compiles() {
    $compiler -mcpu=cortex-m55 -mfloat-abi=hard -mfpu=auto -O2 "$1" -c -x c - -o /dev/null 2>&1 <<'C' | grep -c 'internal compiler error'
#include <arm_mve.h>
uint32_t sum(const int32_t *row, uint32_t count)
{
    const mve_pred16_t lanes = vctp32q(count);
    const int32x4_t x = vldrwq_z_s32(row, lanes);
#ifdef JOINED
    const mve_pred16_t seen = vcmpneq_n_s32(x, 5) & lanes;
#else
    const mve_pred16_t seen = vcmpneq_m_n_s32(x, 5, lanes);
#endif
    return vaddvaq_p_u32(0, vreinterpretq_u32_s32(x), seen);
}
C
}

seen="$(compiles -DJOINED) $(compiles -DMASKED)"
echo "internal errors of predicates joined by &, of a comparison under a predicate"
echo "  expected  0 0"
echo "  seen      $seen"
[ "$seen" = "1 0" ] || { echo 'this has changed'; exit 1; }
