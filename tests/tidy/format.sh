#!/usr/bin/env bash
# Formats all of our C and C++ sources; --check only tells which files differ. The kernel headers keep their columns.
set -euo pipefail
cd "$(dirname "$0")/../.."
files=$(git ls-files --cached --others --exclude-standard '*.cpp' '*.h' '*.c' | grep -v '^engine/ddk/')
if [ "${1:-}" = --check ]; then
    status=0
    for file in $files; do
        clang-format "$file" | cmp -s - "$file" || { echo "not formatted: $file"; status=1; }
    done
    exit $status
fi
# shellcheck disable=SC2086
clang-format -i $files
