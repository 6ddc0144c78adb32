#!/usr/bin/env bash
# The redirector against a real Samba: samba_test.sh RDRLAB CASE [DIALECT]
#
# Cases: roundtrip, directory, refusals, replay, packets, diff. Exit 77 (skipped) when Samba or, for packets, tshark is missing.
set -euo pipefail
rdrlab=$(readlink -f "$1")
case=$2
dialect=${3:-3.1.1}
here=$(cd "$(dirname "$0")" && pwd)
samba=$here/../support/samba.sh
folder=$(mktemp -d)
trap '"$samba" stop "$folder/samba"; rm -rf "$folder"' EXIT

"$samba" have || { echo "Samba is not installed: skipped"; exit 77; }
case $dialect in
    2.0.2) protocol=SMB2_02 ;;
    2.1) protocol=SMB2_10 ;;
    3.0) protocol=SMB3_00 ;;
    3.0.2) protocol=SMB3_02 ;;
    3.1.1) protocol=SMB3_11 ;;
    *) echo "unknown dialect $dialect" >&2; exit 2 ;;
esac
port=$("$samba" start "$folder/samba" "server min protocol = $protocol" "server max protocol = $protocol" \
    "server signing = mandatory")
server="smb://$(id -un):p1@127.0.0.1:$port"

run() # SCENARIO TRACE
{
    "$rdrlab" run "$here/$1" --server "$server" --trace "$2"
}

# The dialect and the signatures are told by an independent reader: Wireshark, from the exported packets.
check_packets() # TRACE
{
    command -v tshark >/dev/null || { echo "tshark is not installed: skipped"; exit 77; }
    "$rdrlab" export "$1" --to pcapng -o "$folder/packets.pcapng"
    local fields="-r $folder/packets.pcapng"
    local malformed
    # shellcheck disable=SC2086
    malformed=$(tshark $fields -Y '_ws.malformed' 2>/dev/null | wc -l)
    [ "$malformed" = 0 ] || { echo "tshark: $malformed malformed frames"; exit 1; }
    # shellcheck disable=SC2086
    tshark $fields -Y 'smb2' -T fields -e smb2.cmd 2>/dev/null | tr ',' '\n' | sort | uniq -c >"$folder/commands"
    [ -s "$folder/commands" ] || { echo "tshark found no SMB2 in the packets"; exit 1; }
    # shellcheck disable=SC2086
    [ -n "$(tshark $fields -Y 'smb2.cmd == 5 && smb2.flags.signature == 1' 2>/dev/null)" ] \
        || { echo "no signed CREATE in the packets"; exit 1; }
    # shellcheck disable=SC2086
    [ -n "$(tshark $fields -Y 'smb2.cmd == 5 && smb2.flags.response == 1 && smb2.response_to' 2>/dev/null)" ] \
        || { echo "tshark could not match responses to requests"; exit 1; }
}

case $case in
    roundtrip)
        run roundtrip.lua "$folder/trace"
        expected=$(sha256sum "$folder/samba/share/random.bin" | cut -d' ' -f1)
        "$rdrlab" show "$folder/trace" >"$folder/dump.txt"
        grep -q "$expected" "$folder/dump.txt" \
            || { echo "the file on the server has another hash: $expected"; exit 1; }
        ;;
    directory)
        mkdir -p "$folder/samba/share/many"
        (cd "$folder/samba/share/many" && for i in $(seq -f %05g 1 10000); do : >"file-$i.txt"; done)
        run directory.lua "$folder/trace"
        ;;
    refusals) run refusals.lua "$folder/trace" ;;
    replay)
        run refusals.lua "$folder/trace"
        "$rdrlab" show "$folder/trace" >"$folder/live.txt"
        "$samba" stop "$folder/samba"
        "$rdrlab" replay "$folder/trace" --trace "$folder/again"
        "$rdrlab" show "$folder/again" >"$folder/again.txt"
        cmp "$folder/live.txt" "$folder/again.txt"
        ;;
    diff)
        # The same scenario on the embedded server: the redirector makes the same requests in the same order.
        run twoservers.lua "$folder/live"
        "$rdrlab" run "$here/twoservers.lua" --trace "$folder/embedded"
        status=0
        "$rdrlab" diff "$folder/embedded" "$folder/live" >"$folder/report.txt" || status=$?
        cat "$folder/report.txt"
        [ "$status" = 1 ] || { echo "diff: exit status $status"; exit 1; }
        "$rdrlab" diff --json "$folder/embedded" "$folder/live" >"$folder/report.json" || true
        python3 - "$folder/report.json" <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
for request in report["requests"]:
    if not request["outside"]:
        assert request["op"] in ("same", "changed"), request
events = report["events"]
assert events["same"] > 20 * (events["changed"] + events["missing"] + events["extra"]), events
END
        ;;
    packets)
        run refusals.lua "$folder/trace"
        check_packets "$folder/trace"
        ;;
    *) echo "unknown case $case" >&2; exit 2 ;;
esac
