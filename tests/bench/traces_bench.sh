#!/usr/bin/env bash
# The trace store from ten thousand to ten million events, beside its peers at the same numbers: how long a trace takes to open,
# to read, to seek in and to ask, how large it is, and how long two take to compare. Rows repeat with the size, to show the growth.
#
# The traces are a real recording of four processes, repeated (tests/support/tracegen.h). Peers: babeltrace2 counting the events of
# a CTF trace of as many events (five integers each, written by LTTng-UST, or as text lines where LTTng cannot run), and git's
# histogram diff of the two dumps. Times are CPU times unless a row says otherwise. RDRLAB_BENCH_EVENTS="10k 100k" measures these
# sizes only; the 10 M trace needs 4 GB of disk.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
build=build/opt
scale=$build/bench/tracescale
rdrlab=$build/bin/rdrlab
sizes=${RDRLAB_BENCH_EVENTS:-10k 100k 1M 10M}
for program in "$scale" "$rdrlab" "$build/bin/tracegen"; do
    [ -x "$program" ] || { echo "traces bench: $program is missing" >&2; exit 1; }
done
mkdir -p build
folder=$(mktemp -d "$PWD/build/traces-bench-XXXXXX")
session=rdrlab-traces-$$
sessiond=

finish()
{
    if [ -n "$sessiond" ]; then
        lttng destroy "$session" >>"$folder/lttng.log" 2>&1 || true
        if [ -s "$sessiond" ]; then kill "$(cat "$sessiond")" || true; fi
    fi
    rm -rf "$folder"
}
trap finish EXIT

count_of() { case $1 in *M) echo "${1%M}000000" ;; *k) echo "${1%k}000" ;; *) echo "$1" ;; esac; }
words_of() { case $1 in *M) echo "${1%M} M" ;; *k) echo "${1%k} k" ;; *) echo "$1" ;; esac; }
calculate() { echo "scale=6; $1" | bc -l; }
figure() { sed -n "s/^$2 //p" "$folder/$1.figures"; }
# row WHAT OURS UNIT PEER PEER-UNIT-AND-NAME GOAL: the ratio is worked out here; no peer: "-"
row()
{
    if [ "$4" = - ]; then
        printf '%s | %.4g %s | - | - | %s\n' "$1" "$2" "$3" "$6"
    else
        printf '%s | %.4g %s | %.4g %s | %.3f | %s\n' "$1" "$2" "$3" "$4" "$5" "$(calculate "$2 / $4")" "$6"
    fi
}

# A CTF trace of so many events at $folder/ctf-SIZE; the number that arrived must be the number sent.
make_ctf()
{
    local events
    events=$(count_of "$1")
    if command -v lttng lttng-sessiond >/dev/null && [ -z "${no_lttng:-}" ]; then
        if [ -z "$sessiond" ]; then
            lttng-sessiond --daemonize --no-kernel --pidfile="$folder/sessiond.pid" >>"$folder/lttng.log" 2>&1 || true
            sessiond=$folder/sessiond.pid
        fi
        if lttng create "$session" --output="$folder/ctf-$1" && lttng enable-channel -u c --subbuf-size=16M --num-subbuf=8 --buffers-uid \
            && lttng enable-event -u -c c 'rdrlab_bench:*' && lttng start && "$scale" --emit "$events" && lttng stop; then
            lttng destroy "$session"
            return 0
        fi >>"$folder/lttng.log" 2>&1
        lttng destroy "$session" >>"$folder/lttng.log" 2>&1 || true
        no_lttng=yes
        echo "traces bench: LTTng-UST cannot run here; the CTF traces are made of text lines by babeltrace2" >&2
    fi
    rm -rf "$folder/ctf-$1"
    awk -v n="$events" 'BEGIN { for (i = 1; i <= n; ++i) printf "[%d.%06d] 4 0 %d 0 %d\n", i / 1000000, i % 1000000, i % 1024, i }' \
        >"$folder/lines"
    babeltrace2 --component=source.text.dmesg --params="path=\"$folder/lines\"" --component=sink.ctf.fs \
        --params="path=\"$folder/ctf-$1\"" >>"$folder/babeltrace.log" 2>&1
    rm -f "$folder/lines"
}

# per_event SIZE COMMAND...: CPU microseconds per event, the median of three runs of the whole program; its output is in
# $folder/output
per_event()
{
    local i events
    events=$(count_of "$1")
    shift
    : >"$folder/times"
    for i in 1 2 3; do
        "$scale" --run "$@" >"$folder/output" 2>>"$folder/times"
    done
    [ "$(cut -d' ' -f4 "$folder/times" | sort -u)" = 0 ] || { echo "traces bench: failed: $*" >&2; return 1; }
    calculate "$(cut -d' ' -f2 "$folder/times" | sort -n | sed -n 2p) * 1000000 / $events"
}

# babeltrace2's counter sink; what it counted must be what was made.
read_ctf()
{
    per_event "$1" babeltrace2 "$folder/ctf-$1" --component=sink.utils.counter
    grep -q "$(count_of "$1") Event messages" <(tr -d , <"$folder/output") \
        || { echo "traces bench: babeltrace2 counted other than $(count_of "$1") events:" >&2; head -3 "$folder/output" >&2; }
}

have_babeltrace=
if command -v babeltrace2 >/dev/null; then have_babeltrace=yes; else echo "traces bench: babeltrace2 is missing" >&2; fi
have_diff=
if "$rdrlab" --help | grep -q "^  diff "; then have_diff=yes; else echo "traces bench: this rdrlab has no diff" >&2; fi

for size in $sizes; do
    echo "traces bench: $size events" >&2
    name=$(words_of "$size")
    trace=$folder/$size.rdrtrace
    "$scale" --run "$build/bin/tracegen" traces/samples/busy-minute.rdrtrace "$size" "$trace" >/dev/null 2>"$folder/written"
    "$scale" "$trace" >"$folder/$size.figures"
    peer=-
    text_peer=-
    if [ -n "$have_babeltrace" ]; then
        make_ctf "$size"
        peer=$(read_ctf "$size")
        if [ "$(count_of "$size")" -le 1000000 ]; then
            text_peer=$(per_event "$size" babeltrace2 "$folder/ctf-$size")
        fi
    fi
    ctf_bytes=-
    if [ -d "$folder/ctf-$size" ]; then
        ctf_bytes=$(calculate "$(du -sb --apparent-size "$folder/ctf-$size" | cut -f1) / $(count_of "$size")")
    fi
    rm -rf "$folder/ctf-$size"
    row "$name events: write and finish" "$(calculate "$(cut -d' ' -f2 "$folder/written") * 1000000 / $(count_of "$size")")" "µs/event" - "" "-"
    row "$name events: size of the file" "$(calculate "$(figure "$size" bytes) / $(count_of "$size")")" "B/event" "$ctf_bytes" "B/event (CTF, five integers)" "-"
    row "$name events: open" "$(figure "$size" open_ms)" ms - "" "same at any size"
    row "$name events: open and show the last page" "$(figure "$size" first_page_ms)" ms - "" "<= 300 ms"
    row "$name events: read in order, columns" "$(figure "$size" spine_us)" "µs/event" "$peer" "µs/event (babeltrace2)" "<= 0.05"
    row "$name events: read in order, rows" "$(figure "$size" rows_us)" "µs/event" "$peer" "µs/event (babeltrace2)" "<= 0.6 µs"
    if [ "$(count_of "$size")" -le 1000000 ]; then
        row "$name events: print as text" "$(per_event "$size" "$rdrlab" show "$trace")" "µs/event" "$text_peer" "µs/event (babeltrace2)" "<= 1 µs"
    fi
    row "$name events: state of all objects at a random event, p50" "$(figure "$size" seek_p50_ms)" ms - "" "-"
    row "$name events: state of all objects at a random event, p99" "$(figure "$size" seek_p99_ms)" ms - "" "<= 1 ms"
    row "$name events: state one event further or back, p99" "$(figure "$size" step_p99_us)" "µs" - "" "-"
    row "$name events: last change of a field, p99" "$(figure "$size" last_p99_us)" "µs" - "" "<= 1000 µs"
    row "$name events: peak memory of all these questions" "$(calculate "$(figure "$size" peak_kib) / 1024")" MiB - "" "-"
    if [ "$(count_of "$size")" -le 1000000 ] && [ -n "$have_diff" ]; then
        # Another edit in a thousand events; the dumps are what git compares.
        other=$folder/$size-edited.rdrtrace
        "$build/bin/tracegen" traces/samples/busy-minute.rdrtrace "$size" "$other" --edits 1 >/dev/null
        "$rdrlab" show "$trace" >"$folder/a.txt"
        "$rdrlab" show "$other" >"$folder/b.txt"
        : >"$folder/diff"
        : >"$folder/git"
        for i in 1 2 3; do
            "$scale" --run "$rdrlab" diff "$trace" "$other" >"$folder/report" 2>>"$folder/diff"
            "$scale" --run git diff --no-index --histogram --stat "$folder/a.txt" "$folder/b.txt" >/dev/null 2>>"$folder/git"
        done
        if [ "$(cut -d' ' -f4 "$folder/diff" | sort -u)" != 1 ]; then
            echo "traces bench: rdrlab diff did not find the traces different" >&2
            exit 1
        fi
        middle() { cut -d' ' -f"$2" "$folder/$1" | sort -n | sed -n 2p; }
        row "$name with $name events: compare, wall" "$(middle diff 1)" s "$(middle git 1)" "s (git diff --histogram of the dumps)" "<= 0.5"
        row "$name with $name events: compare, CPU" "$(middle diff 2)" s "$(middle git 2)" "s (git diff)" "<= 0.5"
        row "$name with $name events: compare, peak memory" "$(calculate "$(middle diff 3) / 1024")" MiB \
            "$(calculate "$(middle git 3) / 1024")" "MiB (git diff)" "<= 200 MiB"
        rm -f "$other" "$folder/a.txt" "$folder/b.txt" "$folder/report"
    elif [ "$(count_of "$size")" -le 1000000 ]; then
        echo "$name with $name events: compare | - | - | - | <= 0.5"
    fi
    rm -f "$trace" "$folder/output"
done
