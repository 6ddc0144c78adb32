#!/usr/bin/env bash
# The visualizer with 10 k, 635 k and 10 M events; with the middle number also as a program of its own, from its start until its
# picture stands (paintwatch.cpp), beside KernelShark with as many events of this machine's kernel.
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

# watched NAME COMMAND...: the line of paintwatch for a program, as a user without privileges.
watched() {
    local home=$work/home-$1
    shift
    mkdir -p "$home" && chmod 777 "$home"
    if [ "$(id -u)" = 0 ]; then
        runuser -u nobody -- env HOME="$home" XDG_RUNTIME_DIR="$home" "$work/paintwatch" "$@"
    else
        env HOME="$home" XDG_RUNTIME_DIR="$home" "$work/paintwatch" "$@"
    fi
}

beside=635000
if command -v kernelshark Xvfb >/dev/null && record_peer "$work/peer.dat"; then
    chmod 644 "$work/peer.dat"
    beside=$(trace-cmd report -i "$work/peer.dat" 2>/dev/null | grep -c ']  *[0-9]')
fi
for events in 10000 "$beside" 10000000; do
    build/opt/bin/tracegen traces/samples/busy-minute.rdrtrace "$events" "$work/$events.rdrtrace" >&2
    "$scale" "$events events" "$work/$events.rdrtrace"
    [ "$events" = "$beside" ] || rm -f "$work/$events.rdrtrace"
done
row="gui, $beside events: program's start until its picture stands"
if ! command -v kernelshark Xvfb >/dev/null; then
    echo "$row | | KernelShark is not installed | |"
elif [ ! -f "$work/peer.dat" ]; then
    echo "$row | | no recording for KernelShark (RDRLAB_KERNELSHARK_TRACE) | |"
else
    # Once each to warm the caches, then five times in turn; the medians. The programs where that user can reach them.
    cp build/opt/bin/rdrlab-gui build/opt/bench/paintwatch "$work"
    for round in 0 1 2 3 4 5; do
        ours=$(watched ours "$work/rdrlab-gui" --fresh "$work/$beside.rdrtrace")
        peer=$(watched peer kernelshark -i "$work/peer.dat")
        [ "$round" = 0 ] || echo "$ours $peer" >>"$work/rounds"
    done
    median() { cut -d' ' -f"$1" "$work/rounds" | sort -n | sed -n 3p; }
    # beside_peer WHAT COLUMN UNIT REACH: a column of ours beside the same one of the peer's.
    beside_peer() {
        local ours peer
        ours=$(median "$2")
        peer=$(median $(($2 + 5)))
        echo "$1 | $ours $3 | KernelShark $peer $3 | $(awk -v a="$ours" -v b="$peer" 'BEGIN {printf "%.2f", a / b}') | $4"
    }
    beside_peer "$row" 2 ms 0.3
    beside_peer "gui, $beside events: until the processor is idle" 3 ms ""
    beside_peer "gui, $beside events: processor time of it" 4 ms ""
    beside_peer "gui, $beside events: memory at its highest" 5 MB 0.5
fi
