#!/usr/bin/env bash
# The visualizer with 10 k, 635 k and 10 M events; with the middle number also as a program of its own, from its start until the
# processor is idle, beside KernelShark with as many events of this machine's kernel.
#
# The peer's recording needs root and a kernel that has tracefs; a file that trace-cmd made elsewhere serves as well
# (RDRLAB_KERNELSHARK_TRACE). Each program runs on a screen of its own (Xvfb), as a user without privileges, with a home of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
scale=build/opt/bench/guiscale
[ -x "$scale" ] || { echo "gui | not built: Qt is missing | | |"; exit 0; }
work=$(mktemp -d)
chmod 755 "$work"
tracefs=
trap '[ -z "$tracefs" ] || umount "$tracefs" 2>/dev/null; rm -rf "$work"' EXIT

# Some 635 thousand events of the scheduler, of system calls, memory and timers.
record_peer() {
    [ -z "${RDRLAB_KERNELSHARK_TRACE:-}" ] || { cp "$RDRLAB_KERNELSHARK_TRACE" "$1"; return; }
    [ "$(id -u)" = 0 ] && command -v trace-cmd >/dev/null || return 1
    mkdir "$work/tracefs" && mount -t tracefs nodev "$work/tracefs" 2>/dev/null || return 1
    tracefs=$work/tracefs
    local groups="sched raw_syscalls irq timer kmem" group recorded=0
    echo 0 >"$tracefs/tracing_on"; echo >"$tracefs/trace"; echo 100000 >"$tracefs/buffer_size_kb"
    for group in $groups; do echo 1 >"$tracefs/events/$group/enable"; done
    echo 1 >"$tracefs/tracing_on"
    for _ in $(seq 2000); do
        ls -lR /usr/share/doc >/dev/null 2>&1 || true
        recorded=$(awk '/^entries/ {sum += $2} END {print sum + 0}' "$tracefs"/per_cpu/cpu*/stats)
        [ "$recorded" -lt 635000 ] || break
    done
    echo 0 >"$tracefs/tracing_on"
    for group in $groups; do echo 0 >"$tracefs/events/$group/enable"; done
    (cd "$work" && trace-cmd extract -o "$1" >/dev/null 2>&1)
    echo >"$tracefs/trace"; echo 1 >"$tracefs/buffer_size_kb"
    [ -s "$1" ]
}

# until_idle NAME COMMAND...: its milliseconds, its processor's milliseconds and its memory's peak in MB, when the process NAME has
# used no processor for half a second.
until_idle() {
    local name=$1 home=$work/home-$1 start pid= before now still=0
    shift
    mkdir -p "$home" && chmod 777 "$home"
    start=$(date +%s%N)
    if [ "$(id -u)" = 0 ]; then
        setsid runuser -u nobody -- env HOME="$home" XDG_RUNTIME_DIR="$home" xvfb-run -a "$@" >/dev/null 2>&1 &
    else
        setsid env HOME="$home" xvfb-run -a "$@" >/dev/null 2>&1 &
    fi
    local runner=$!
    # Xvfb takes its time, which is not the program's: the clock starts with the program.
    until pid=$(pgrep -n -x "${name:0:15}"); do sleep 0.005; done
    start=$(date +%s%N)
    local ended=$start
    before=-1
    while [ "$still" -lt 10 ] && now=$(awk '{print $14 + $15}' "/proc/$pid/stat" 2>/dev/null); do
        if [ "$now" = "$before" ]; then still=$((still + 1)); else still=0; before=$now; ended=$(date +%s%N); fi
        sleep 0.05
    done
    echo "$(((ended - start) / 1000000)) $((before * 1000 / $(getconf CLK_TCK))) $(($(awk '/VmHWM/ {print $2}' "/proc/$pid/status") / 1024))"
    kill -- "-$runner" 2>/dev/null || true
    wait "$runner" 2>/dev/null || true
}

beside=635000
if command -v kernelshark xvfb-run >/dev/null && record_peer "$work/peer.dat"; then
    chmod 644 "$work/peer.dat"
    beside=$(trace-cmd report -i "$work/peer.dat" 2>/dev/null | grep -c ']  *[0-9]')
fi
for events in 10000 "$beside" 10000000; do
    build/opt/bin/tracegen traces/samples/busy-minute.rdrtrace "$events" "$work/$events.rdrtrace" >&2
    "$scale" "$events events" "$work/$events.rdrtrace"
    [ "$events" = "$beside" ] || rm -f "$work/$events.rdrtrace"
done
row="gui, $beside events: program's start until idle"
if ! command -v kernelshark xvfb-run >/dev/null; then
    echo "$row | | KernelShark is not installed | |"
elif [ ! -f "$work/peer.dat" ]; then
    echo "$row | | no recording for KernelShark (RDRLAB_KERNELSHARK_TRACE) | |"
else
    # Once each to warm the caches, then five times in turn; the medians.
    program=$work/rdrlab-gui # where that user can reach it
    cp build/opt/bin/rdrlab-gui "$program"
    for round in 0 1 2 3 4 5; do
        ours=$(until_idle rdrlab-gui "$program" "$work/$beside.rdrtrace")
        peer=$(until_idle kernelshark kernelshark -i "$work/peer.dat")
        [ "$round" = 0 ] || echo "$ours $peer" >>"$work/rounds"
    done
    median() { cut -d' ' -f"$1" "$work/rounds" | sort -n | sed -n 3p; }
    ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
    echo "$row | $(median 1) ms | KernelShark $(median 4) ms | $(ratio "$(median 1)" "$(median 4)") | 0.3"
    echo "gui, $beside events: processor time of it | $(median 2) ms | KernelShark $(median 5) ms | $(ratio "$(median 2)" "$(median 5)") |"
    echo "gui, $beside events: memory at its highest | $(median 3) MB | KernelShark $(median 6) MB | $(ratio "$(median 3)" "$(median 6)") | 0.5"
fi
