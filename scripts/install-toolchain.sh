#!/bin/sh
# Installs what nibblec's verification and examples need on Debian and Ubuntu, and only what is missing:
# host compilers, cross compilers for Arm (newlib), RISC-V (picolibc) and AVR, QEMU and simavr. With the argument `long`
# also what only `npm run test:long` uses; each of these may be missing, its tests are then skipped.
set -eu

# command or file -> package
missing=''
need() {
  have "$1" || missing="$missing $2"
}

have() {
  case "$1" in
    newlib) test -e "$(arm-none-eabi-gcc -print-file-name=rdimon.specs 2>/dev/null)" ;;
    picolibc) test -e "$(riscv64-unknown-elf-gcc -print-file-name=picolibc.specs 2>/dev/null)" ;;
    avr-libc) echo '#include <avr/io.h>' | avr-gcc -mmcu=atmega328p -E - >/dev/null 2>&1 ;;
    libc) echo '#include <stdio.h>' | gcc -E - >/dev/null 2>&1 ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

need gcc gcc
need libc libc6-dev
need make make
need clang clang
need arm-none-eabi-gcc gcc-arm-none-eabi
need newlib libnewlib-arm-none-eabi
need qemu-system-arm qemu-system-arm
need riscv64-unknown-elf-gcc gcc-riscv64-unknown-elf
need picolibc picolibc-riscv64-unknown-elf
need qemu-system-riscv32 qemu-system-misc
need avr-gcc gcc-avr
need avr-libc avr-libc
need simavr simavr
if [ "${1:-}" = long ]; then
  need qemu-x86_64 qemu-user
  need powerpc-linux-gnu-gcc gcc-powerpc-linux-gnu
  need s390x-linux-gnu-gcc gcc-s390x-linux-gnu
  need frama-c frama-c-base
  need cppcheck cppcheck
  need redis-server redis-server
  need chromium chromium
fi

if [ -z "$missing" ]; then
  echo 'install-toolchain: everything is installed'
  exit 0
fi

if ! have apt-get; then
  cat >&2 <<EOF
install-toolchain: this script knows Debian and Ubuntu only. Please install, with your system's own packages:
  gcc, make, clang, an arm-none-eabi gcc with newlib, a riscv64-unknown-elf gcc with picolibc, avr-gcc with avr-libc,
  QEMU for Arm and RISC-V (qemu-system-arm, qemu-system-riscv32), simavr
Missing here (names of the Debian packages):$missing
EOF
  exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
  as_root=''
elif have sudo; then
  as_root='sudo'
else
  echo "install-toolchain: please run as root: apt-get install$missing" >&2
  exit 1
fi

echo "install-toolchain: installing$missing"
$as_root apt-get update -q
# shellcheck disable=SC2086 # a list of packages
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
