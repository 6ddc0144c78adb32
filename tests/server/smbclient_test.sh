#!/usr/bin/env bash
# smbclient against the embedded server: an independent opinion on the protocol.
#   smbclient_test.sh SERVER DIALECT(2.02 2.10 3.00 3.02 3.11) CASE(files|refusals|signed|encrypted|capture)
set -euo pipefail
server=$1 dialect=$2 what=$3
skip() { echo "skipped: $1"; exit 77; }
command -v smbclient >/dev/null || skip "smbclient is not installed"
hex=0${dialect/./}
protocol=SMB${dialect/./_}
work=$(mktemp -d)
pid=
capture=
cleanup()
{
    [ -z "$capture" ] || kill "$capture" 2>/dev/null || true
    [ -z "$pid" ] || { kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; } || true
    rm -rf "$work"
}
trap cleanup EXIT
fail() { echo "FAILED: $1"; cat "$work"/*.log 2>/dev/null; exit 1; }

options=()
[ "$what" = signed ] && options+=(signing)
mkdir "$work/folder"
echo "from the host" >"$work/folder/host.txt"
: >"$work/server.log"
"$server" "$hex" "${options[@]}" "host=$work/folder" >>"$work/server.log" 2>&1 &
pid=$!
port=
for _ in $(seq 100); do
    port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' "$work/server.log")
    [ -n "$port" ] && break
    sleep 0.05
done
[ -n "$port" ] || fail "the server does not listen"

client=(timeout 60 smbclient -s /dev/null -p "$port" -m "$protocol" --option="client min protocol=SMB2_02")
run()
{
    local share=$1 login=$2
    shift 2
    "${client[@]}" "//127.0.0.1/$share" -U "$login" "${extra[@]}" -c "$*" >"$work/client.log" 2>&1
}
extra=()
case $what in
signed) extra=(--client-protection=sign) ;;
encrypted) extra=(--client-protection=encrypt) ;;
esac

if [ "$what" = refusals ]; then
    run public user%wrong ls && fail "a wrong password was accepted"
    grep -q NT_STATUS_LOGON_FAILURE "$work/client.log" || fail "wrong password: not LOGON_FAILURE"
    run public nobody%x ls && fail "an unknown user was accepted"
    grep -q NT_STATUS_LOGON_FAILURE "$work/client.log" || fail "unknown user: not LOGON_FAILURE"
    run missing user%pw ls && fail "a missing share was found"
    grep -q NT_STATUS_BAD_NETWORK_NAME "$work/client.log" || fail "missing share: not BAD_NETWORK_NAME"
    run host user%pw "put $work/folder/host.txt new.txt" || true
    grep -q NT_STATUS_ACCESS_DENIED "$work/client.log" || fail "read-only share: not ACCESS_DENIED"
    run public user%pw "get none $work/none" || true
    grep -q NT_STATUS_OBJECT_NAME_NOT_FOUND "$work/client.log" || fail "missing file: not OBJECT_NAME_NOT_FOUND"
    exit 0
fi

if [ "$what" = capture ]; then
    command -v tshark >/dev/null || skip "tshark is not installed"
    : >"$work/tshark.log"
    # A buffer larger than all the traffic: on a busy machine the capture would lose frames otherwise.
    tshark -q -B 256 -i lo -f "tcp port $port" -w "$work/trace.pcapng" >"$work/tshark.log" 2>&1 &
    capture=$!
    for _ in $(seq 100); do
        grep -q "Capturing on" "$work/tshark.log" && break
        kill -0 "$capture" 2>/dev/null || { capture=; skip "no right to capture on lo"; }
        sleep 0.1
    done
    sleep 0.5
fi

head -c 6000001 /dev/urandom >"$work/in.bin"
run public user%pw "mkdir d; cd d; put $work/in.bin a.bin; put $work/folder/host.txt b.txt; ls; rename a.bin c.bin; \
    get c.bin $work/out.bin; allinfo c.bin; setmode b.txt +r; setmode b.txt -r; ls *.txt; du; volume; hardlink c.bin e.bin" \
    || fail "smbclient ended with an error"
grep -q "NT_STATUS" "$work/client.log" && fail "an operation was refused"
cmp "$work/in.bin" "$work/out.bin" || fail "what came back differs"
grep -q "a.bin .* 6000001" "$work/client.log" || fail "the file is not listed with its size"
run public user%pw "ls d/*" || fail "cannot list"
grep -q " c.bin " "$work/client.log" && ! grep -q " a.bin " "$work/client.log" || fail "the rename did not happen"
run public user%pw "rmdir d" || true
grep -q NT_STATUS_DIRECTORY_NOT_EMPTY "$work/client.log" || fail "a directory with files was removed"
run public user%pw "del d/c.bin; del d/b.txt; del d/e.bin; rmdir d; ls" || fail "cannot delete"
grep -q "NT_STATUS" "$work/client.log" && fail "a delete was refused"
grep -qE '^ +d +D' "$work/client.log" && fail "the directory is still there"
run host user%pw "get host.txt $work/host.txt" || fail "cannot read the host folder"
cmp "$work/folder/host.txt" "$work/host.txt" || fail "the host folder's file differs"

if [ "$what" = capture ]; then
    sleep 1
    kill -INT "$capture"
    wait "$capture" || true
    capture=
    grep -q "packets\? dropped" "$work/tshark.log" && fail "the capture lost frames"
    tshark -r "$work/trace.pcapng" -F pcap -w "$work/trace.pcap" 2>/dev/null
    "$(dirname "$0")/../support/smbport.py" "$port" "$work/trace.pcap" "$work/smb.pcap"
    tshark -r "$work/smb.pcap" -T fields -e smb2.cmd 2>/dev/null | grep -q 5 || fail "nothing was captured"
    bad=$(tshark -r "$work/smb.pcap" -Y "_ws.malformed" 2>/dev/null)
    [ -z "$bad" ] || fail "malformed frames: $bad"
    echo "$(tshark -r "$work/smb.pcap" -Y smb2 2>/dev/null | wc -l) SMB2 frames, none malformed"
fi
