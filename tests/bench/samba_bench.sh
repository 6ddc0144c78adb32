#!/usr/bin/env bash
# Reads and writes 256 MiB on a real Samba, through the redirector with recording on and with smbclient, in turn.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
samba=$here/../support/samba.sh
rdrlab=$here/../../build/opt/bin/rdrlab
"$samba" have && command -v smbclient >/dev/null || { echo "samba bench: Samba or smbclient is missing: skipped" >&2; exit 0; }
folder=$(mktemp -d)
trap '"$samba" stop "$folder/samba"; rm -rf "$folder"' EXIT
port=$("$samba" start "$folder/samba")
user=$(id -un)
server="smb://$user:p1@127.0.0.1:$port"
head -c 268435456 /dev/urandom >"$folder/big"
cp "$folder/big" "$folder/samba/share/big"

seconds() { local begin end; begin=$(date +%s.%N); "$@" >/dev/null; end=$(date +%s.%N); echo "$end - $begin" | bc -l; }
client() { smbclient "//127.0.0.1/private" -p "$port" -U "$user%p1" -c "$1" 2>/dev/null; }
ours() { rm -f "$folder/trace"; "$rdrlab" run "$here/$1" --server "$server" --trace "$folder/trace" >/dev/null; }
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

rounds=5
measure() # WHAT GOAL SCENARIO SMBCLIENT-COMMAND
{
    local i
    : >"$folder/ours" && : >"$folder/peer"
    for i in $(seq $rounds); do
        seconds ours "$3" >>"$folder/ours"
        seconds client "$4" >>"$folder/peer"
    done
    local a b
    a=$(median <"$folder/ours")
    b=$(median <"$folder/peer")
    printf '%s | %.2f s | %.2f s (smbclient) | %.2f | <= %s\n' "$1" "$a" "$b" "$(echo "$a / $b" | bc -l)" "$2"
}
measure "read 256 MiB from Samba, recorded" 1.3 read256.lua "get big /dev/null"
measure "write 256 MiB to Samba, recorded" 1.0 write256.lua "put $folder/big big2"
