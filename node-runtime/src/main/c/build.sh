#!/bin/sh
# Compiles the shim with the system's C compiler, warnings are errors, and without a C library: see kernel.h. All of it lies
# in two segments, so that what a running one touches is few pages. Called by the Maven build.
set -eu
cd "$(dirname "$0")"
out=$1
mkdir -p "$(dirname "$out")"
[ -e "$out" ] && [ -z "$(find . -newer "$out" -print -quit)" ] && exit 0
cc=${CC:-cc}
# An ARM64 kernel may have pages of 64 KiB; and its atomics would be looked up in the library that we do without.
page=4096 machine=
case $($cc -dumpmachine) in
  x86_64*) machine=-mstack-protector-guard=global ;;
  aarch64*) machine=-mno-outline-atomics page=65536 ;;
esac
$cc -std=gnu11 -Os -ffreestanding -nostdlib -static -fno-pie -no-pie -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns \
  -fstack-protector-strong $machine -ffunction-sections -fdata-sections -Wall -Wextra -Wshadow -Wstrict-prototypes \
  -Wmissing-declarations -Werror -Wl,--gc-sections,--build-id=none,-z,norelro,-z,noseparate-code,-z,max-page-size=$page,-z,noexecstack,-s \
  -o "$out" start.c main.c child.c log.c status.c text.c once.c config.c root.c exec.c terminal.c files.c
