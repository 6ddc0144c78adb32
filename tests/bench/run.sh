#!/usr/bin/env bash
# Runs the benchmarks of the optimised build and prints one table, each figure beside its peer, measured in the same run.
#
# A benchmark is a program build/opt/bench/NAME_bench or a script tests/bench/NAME_bench.sh that prints rows
# "what | ours | peer | ratio | goal" on standard output and anything else on standard error. The name `traces` stands for all
# benchmarks of the trace engine: recording, storing, reading, comparing.
set -euo pipefail
cd "$(dirname "$0")/../.."
wanted=("$@")
table=build/bench.md

is_wanted()
{
    [ ${#wanted[@]} -eq 0 ] && return 0
    local name
    for name in "${wanted[@]}"; do
        [ "$name" = "$1" ] && return 0
        [ "$name" = traces ] && [ "$1" = record ] && return 0
    done
    return 1
}

{
    echo "what | ours | peer | ratio | goal"
    echo "---|---|---|---|---"
    for bench in build/opt/bench/*_bench tests/bench/*_bench.sh; do
        [ -x "$bench" ] || continue
        name=$(basename "$bench")
        name=${name%.sh}
        name=${name%_bench}
        is_wanted "$name" || continue
        echo "bench: $name" >&2
        "$bench" || echo "$name | failed | | |"
    done
} >"$table.new"
grep -q ' | failed | ' "$table.new" && status=1 || status=0
[ "$(wc -l <"$table.new")" -gt 2 ] || { echo "bench: nothing ran (names: ${wanted[*]:-all})" >&2; exit 2; }
mv "$table.new" "$table"
column -t -s '|' -o '|' "$table"
exit $status
