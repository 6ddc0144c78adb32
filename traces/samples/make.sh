#!/usr/bin/env bash
# Records the sample traces again: runs the commands of MADE.md. Names of samples as arguments: only those.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
bin=${RDRLAB:-build/dev/bin/rdrlab}
[ -x "$bin" ] || { echo "make.sh: $bin is missing: ./dev build" >&2; exit 1; }
made=0
while IFS='|' read -r _ name _ command _; do
    name=$(echo "$name" | tr -d ' ')
    [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
    command=${command#*\`rdrlab }
    echo "$name" >&2
    # shellcheck disable=SC2086
    "$bin" ${command%%\`*} -q
    made=$((made + 1))
done < <(grep '`rdrlab run .*--trace' traces/samples/MADE.md)
[ $made -gt 0 ] || { echo "make.sh: no such sample: $*" >&2; exit 2; }
