#!/bin/sh
# nodisplay.sh PROGRAM: without a display the visualizer and ./dev gui say so in one line, and fail.
set -u
unset DISPLAY WAYLAND_DISPLAY QT_QPA_PLATFORM
root=$(dirname "$0")/../..
for command in "$root/dev gui" "$1"; do
    said=$($command 2>&1)
    status=$?
    [ "$status" = 1 ] || { echo "$command: exit status $status: $said"; exit 1; }
    [ "$(printf '%s\n' "$said" | wc -l)" = 1 ] || { echo "$command: more than a line: $said"; exit 1; }
    case $said in
        *"no display"*DISPLAY*) ;;
        *) echo "$command: $said"; exit 1 ;;
    esac
done
