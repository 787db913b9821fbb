#!/bin/sh
# gcc 12.2 for Cortex-M55 at -Os: what a loop by twos leaves is told by the flags of the loop's own comparison, which a loop
# that counts down leaves out. `rest` reads and writes a byte beyond whenever n is even; for a Cortex-M33, at -O2, or with
# -fno-branch-count-reg the store is conditional. Needs the compiler (Debian 12: gcc-arm-none-eabi 15:12.2.rel1-1).
set -e
compiler=arm-none-eabi-gcc
version=$($compiler -dumpfullversion)
case $version in 12.2.*) ;; *) echo "needs $compiler 12.2, not $version"; exit 1 ;; esac

# How many instructions store a byte if a condition holds, or jump over one that stores.
conditional() {
    $compiler -mthumb -mcpu="$1" -Os $2 -S -x c - -o - <<'C' | awk '/bgt|strb(eq|gt)/ { n++ } END { print n + 0 }'
void rest(const signed char *x, int n, signed char *y)
{
    for (; n >= 2; n -= 2) {
        *y++ = (signed char)(x[0] + x[1]);
        x += 2;
    }
    if (n > 0) {
        *y = *x;
    }
}
C
}

seen="$(conditional cortex-m33) $(conditional cortex-m55) $(conditional cortex-m55 -fno-branch-count-reg)"
echo "conditional jump of the loop, conditional store: cortex-m33, cortex-m55, cortex-m55 -fno-branch-count-reg"
echo "  expected  2 2 2 (or 1 where the loop counts down)"
echo "  seen      $seen"
[ "$seen" = "2 0 2" ] || { echo 'this has changed'; exit 1; }
