#!/usr/bin/env bash
# A private Samba server for tests: one folder, one loopback port, no root needed.
#
#   samba.sh start FOLDER [OPTION=VALUE...]   starts smbd; prints its port; extra lines go into [global]
#   samba.sh stop FOLDER                      stops it
#   samba.sh have                             exit 0 when smbd and pdbedit are installed
#
# The account is the running user with password "p1"; shares: public (guest ok), private, encrypted.
# Exit 77 ("skipped") when Samba is missing.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

have() { command -v smbd >/dev/null && command -v pdbedit >/dev/null; }

free_port()
{
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

write_configuration()
{
    local folder=$1 port=$2 user=$3
    shift 3
    cat <<EOF
[global]
   workgroup = RDRLAB
   netbios name = LAB
   server role = standalone server
   interfaces = lo
   bind interfaces only = yes
   smb ports = $port
   disable netbios = yes
   disable spoolss = yes
   load printers = no
   printcap name = /dev/null
   map to guest = Bad User
   guest account = $user
   ntlm auth = ntlmv2-only
   passdb backend = tdbsam:$folder/private/passdb.tdb
   private dir = $folder/private
   lock directory = $folder/lock
   state directory = $folder/state
   cache directory = $folder/cache
   pid directory = $folder/run
   ncalrpc dir = $folder/ncalrpc
   binddns dir = $folder/state
   usershare path =
   log file = $folder/log/%m.log
   log level = 1
   server min protocol = SMB2_02
   server max protocol = SMB3_11
   smb2 leases = yes
   smb2 max credits = 8192
   smb2 max read = 8388608
   smb2 max write = 8388608
   smb2 max trans = 8388608
   change notify = yes
   kernel change notify = no
   kernel oplocks = no
   kernel share modes = no
   posix locking = no
   durable handles = yes
   ea support = yes
   map archive = no
   map hidden = no
   map system = no
   map readonly = no
   store dos attributes = yes
   vfs objects = acl_xattr streams_xattr
   acl_xattr:security_acl_name = user.NTACL
   acl_xattr:ignore system acls = yes
   inherit acls = yes
EOF
    printf '   %s\n' "$@"
    local share
    for share in public private encrypted; do
        printf '[%s]\n   path = %s/share\n   read only = no\n' "$share" "$folder"
        [ "$share" = public ] && printf '   guest ok = yes\n' || printf '   valid users = %s\n' "$user"
        [ "$share" = encrypted ] && printf '   smb encrypt = required\n'
    done
    return 0
}

start()
{
    have || { echo "samba.sh: Samba is not installed: skipped" >&2; exit 77; }
    local folder=$1 user port
    shift
    user=$(id -un)
    port=$(free_port)
    mkdir -p "$folder"/{private,lock,state,cache,run,ncalrpc,log,share}
    folder=$(cd "$folder" && pwd)
    write_configuration "$folder" "$port" "$user" "$@" >"$folder/smb.conf"
    printf 'p1\np1\n' | pdbedit -s "$folder/smb.conf" -t -a -u "$user" >"$folder/pdbedit.log" 2>&1 \
        || { cat "$folder/pdbedit.log" >&2; exit 1; }
    # smbd ends its whole process group with itself: it must not be ours.
    setsid smbd -F --no-process-group -s "$folder/smb.conf" --debug-stdout -d1 >"$folder/smbd.log" 2>&1 </dev/null &
    echo $! >"$folder/smbd.pid"
    local tries=0
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] && kill -0 "$(cat "$folder/smbd.pid")" 2>/dev/null \
            || { echo "samba.sh: smbd did not come up:" >&2; tail -n 5 "$folder/smbd.log" >&2; exit 1; }
        sleep 0.1
    done
    echo "$port"
}

stop()
{
    [ -f "$1/smbd.pid" ] || return 0
    kill "$(cat "$1/smbd.pid")" 2>/dev/null || true
    rm -f "$1/smbd.pid"
}

case "${1:-}" in
    start) shift; start "$@" ;;
    stop) stop "$2" ;;
    have) have ;;
    *) echo "usage: samba.sh start FOLDER [OPTION=VALUE...] | stop FOLDER | have" >&2; exit 2 ;;
esac
