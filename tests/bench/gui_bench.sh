#!/usr/bin/env bash
# The visualizer with 10 k, 635 k and 10 M events, the middle one beside KernelShark when it is installed and a trace of its own
# with as many events is at hand (RDRLAB_KERNELSHARK_TRACE, made with trace-cmd; recording needs a kernel that lets us).
set -euo pipefail
cd "$(dirname "$0")/../.."
scale=build/opt/bench/guiscale
[ -x "$scale" ] || { echo "gui | not built: Qt is missing | | |"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for events in 10000 635000 10000000; do
    build/opt/bin/tracegen traces/samples/busy-minute.rdrtrace "$events" "$work/$events.rdrtrace" >&2
    "$scale" "$events events" "$work/$events.rdrtrace"
    rm -f "$work/$events.rdrtrace"
done
peer="gui, 635 k events: KernelShark until it is idle"
if ! command -v kernelshark >/dev/null; then
    echo "$peer | | not installed | |"
elif [ ! -f "${RDRLAB_KERNELSHARK_TRACE:-}" ]; then
    echo "$peer | | no trace for it (RDRLAB_KERNELSHARK_TRACE) | |"
else
    # Idle: half a second without CPU time.
    start=$(date +%s%N)
    xvfb-run -a kernelshark -i "$RDRLAB_KERNELSHARK_TRACE" >/dev/null 2>&1 &
    runner=$!
    sleep 0.2
    shark=$(pgrep -n -P "$runner" kernelshark || pgrep -n kernelshark)
    before=-1
    while now=$(awk '{print $14 + $15}' "/proc/$shark/stat" 2>/dev/null) && [ "$now" != "$before" ]; do
        before=$now
        sleep 0.5
    done
    ms=$((($(date +%s%N) - start) / 1000000 - 500))
    mb=$(($(awk '/VmHWM/ {print $2}' "/proc/$shark/status") / 1024))
    kill "$shark"
    echo "$peer | | $ms ms, $mb MB | | <= 0.3 x, <= 0.5 x memory"
fi
