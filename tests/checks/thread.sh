#!/usr/bin/env bash
# thread.sh PROGRAM: runs it without address randomisation where that can be had, because the thread
# sanitizer of clang 14 does not start on kernels that randomise more bits than it knows of.
set -euo pipefail

if setarch "$(uname -m)" -R true 2>/dev/null; then
    exec setarch "$(uname -m)" -R "$@"
fi
exec "$@"
