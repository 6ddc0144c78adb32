#!/usr/bin/env bash
# A driver outside the tree is built with find_package(rdrlab) and run: outside_test.sh BUILD-FOLDER RDRLAB COMPILER-C COMPILER-CXX
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
CC=$3 CXX=$4 cmake -G Ninja -S "$here/project" -B "$folder" -Drdrlab_DIR="$1" >"$folder/log" 2>&1 \
    && cmake --build "$folder" >>"$folder/log" 2>&1 || { tail -n 30 "$folder/log"; exit 1; }
"$2" run "$here/scenario.lua" --driver "$folder/drivers/outside.so"
