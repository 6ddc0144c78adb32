#!/usr/bin/env bash
# A real Samba through the redirector, recorded, and with smbclient, in turn: 256 MiB read and written, 1000 files made, looked at
# and deleted, 10,000 names listed. Times are of whole programs, so ours include booting the machine and finishing the trace file.
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
mkdir "$folder/samba/share/many" "$folder/samba/share/work"
(cd "$folder/samba/share/many" && seq -f 'name%05.0f.txt' 10000 | xargs touch)
: >"$folder/empty"
files="lcd $folder;cd work"
for i in $(seq 1000); do files+=";put empty file$i"; done
for i in $(seq 1000); do files+=";ls file$i"; done
for i in $(seq 1000); do files+=";del file$i"; done

protection=off # what smbclient was told; a scenario says the same to the redirector
scenario() { [ $protection = off ] && cp "$here/$1" "$folder/$1" || sed 's/"when_required"/"always"/' "$here/$1" >"$folder/$1"; }
seconds() { local begin end; begin=$(date +%s.%N); "$@" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; return 1; }; end=$(date +%s.%N); echo "$end - $begin" | bc -l; }
client() { smbclient "//127.0.0.1/private" -p "$port" -U "$user%p1" --client-protection=$protection "$@"; }
ours() { "$rdrlab" run "$folder/$1" --server "$server" --trace "$folder/trace"; }
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

rounds=${RDRLAB_BENCH_ROUNDS:-5}
measure() # WHAT GOAL SCENARIO SMBCLIENT-ARGUMENT...
{
    local what=$1 goal=$2 name=$3
    shift 3
    scenario "$name"
    : >"$folder/ours" && : >"$folder/peer"
    local i
    for i in $(seq "$rounds"); do
        rm -f "$folder/trace" "$folder/out" # a quarter of a gigabyte: not part of the run
        seconds ours "$name" >>"$folder/ours" || return 1
        seconds client "$@" >>"$folder/peer" || return 1
    done
    local a b
    a=$(median <"$folder/ours")
    b=$(median <"$folder/peer")
    printf '%s | %.2f s | %.2f s (smbclient) | %.2f | <= %s\n' "$what" "$a" "$b" "$(echo "$a / $b" | bc -l)" "$goal"
}
status=0
measure "read 256 MiB from Samba, recorded, smbclient to /dev/null" 1.3 read256.lua -c "get big /dev/null" || status=1
# Our trace keeps every byte in a file; here the peer does as well.
measure "likewise, smbclient to a file" 1.3 read256.lua -c "get big $folder/out" || status=1
measure "write 256 MiB to Samba, recorded" 1.0 write256.lua -c "put $folder/big big2" || status=1
measure "create, stat, delete 1000 files, recorded" 1.0 files1000.lua -c "$files" || status=1
measure "list 10,000 names, recorded" 1.0 list10000.lua -c 'ls many\*' || status=1
protection=sign
measure "read 256 MiB from Samba, recorded, both signed, smbclient to /dev/null" 1.3 read256.lua -c "get big /dev/null" || status=1
measure "likewise, smbclient to a file" 1.3 read256.lua -c "get big $folder/out" || status=1
measure "write 256 MiB to Samba, recorded, both signed" 1.0 write256.lua -c "put $folder/big big2" || status=1
exit $status
