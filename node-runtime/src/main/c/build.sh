#!/bin/sh
# Compiles the shim with the system's C compiler: static, small, warnings are errors. Called by the Maven build.
set -eu
cd "$(dirname "$0")"
out=$1
mkdir -p "$(dirname "$out")"
[ -e "$out" ] && [ -z "$(find . -newer "$out" -print -quit)" ] && exit 0
${CC:-cc} -std=gnu11 -Os -static -fno-asynchronous-unwind-tables -fno-pie -no-pie -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
  -ffunction-sections -fdata-sections -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-declarations -Werror \
  -Wl,--gc-sections,--build-id=none,-z,norelro,-s -o "$out" main.c child.c root.c log.c status.c config.c text.c
