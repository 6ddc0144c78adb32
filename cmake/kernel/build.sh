#!/usr/bin/env bash
# Cross-compiles minirdr.sys, the mini-redirector with its copy of rdbss, for x86-64 and i686 with mingw-w64.
#
#   build.sh [ARCHITECTURE...]      x86_64 i686 (default: both); output in build/driver/ARCHITECTURE/minirdr.sys
#
# The same sources as in the emulator, against mingw-w64's kernel headers. The few files with structured exceptions are compiled by
# clang, which has __try for Windows. Import libraries: mingw-w64's for ntoskrnl.exe and hal.dll, and what those lack from the .def
# files beside this script. The image may import nothing else; that is checked at the end.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

die() { echo "driver: $*" >&2; exit 1; }

KERNEL=cmake/kernel
DDK=/usr/share/mingw-w64/include
DEFINES=(-D_WIN32_WINNT=0x0A00 -DNTDDI_VERSION=0x0A000000)
INCLUDES=(-I. -Iengine/rdbss -Iengine/ddk/rx -isystem "$DDK/ddk" -include "$KERNEL/mingwkit.h")
DIALECT=(-O2 -std=c++20 -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-asynchronous-unwind-tables
    -fno-stack-protector -fms-extensions -fno-strict-aliasing "-ffile-prefix-map=$PWD=.")
WARNINGS=(-Wall -Wno-multichar -Wno-unknown-pragmas -Wno-attributes -Wno-unused-function -Wno-unused-variable
    -Wno-unused-but-set-variable -Wno-array-bounds -Wno-invalid-offsetof)
CACHE=$(command -v ccache || true)
export CCACHE_BASEDIR=$PWD

# The sources of a CMake list variable, one a line: the lists are written once, for both builds.
cmake_list() # FILE VARIABLE
{
    sed -n "/^set($2\$/,/)/p; /^set($2 /,/)/p" "$1" | tr ' ' '\n' | grep -oE '[A-Za-z0-9_/]+\.cpp' | sort -u
}

sources()
{
    cmake_list engine/rdbss/sources.cmake RDBSS_SOURCES | sed 's|^|engine/rdbss/|'
    { cmake_list minirdr/CMakeLists.txt MINIRDR_SMB2_SOURCES
      cmake_list minirdr/CMakeLists.txt MINIRDR_DRIVER_SOURCES; } | sed 's|^/*|minirdr/|' | grep -v '/guard.cpp$'
}

seh_sources()
{
    cmake_list engine/rdbss/sources.cmake RDBSS_SEH_SOURCES | sed 's|^|engine/rdbss/|'
    echo minirdr/mrx/guard.cpp
}

object_of() { echo "$1/$(echo "${2%.cpp}" | tr / -).o"; }

compile() # ARCHITECTURE OUT SOURCE
{
    $CACHE "$1-w64-mingw32-g++" "${DIALECT[@]}" "${WARNINGS[@]}" "${DEFINES[@]}" "${INCLUDES[@]}" -c "$3" -o "$(object_of "$2" "$3")"
}

# clang speaks SEH for x86-64 in the GNU environment, for i686 only in Microsoft's, whose C++ symbols look different.
compile_seh() # ARCHITECTURE OUT SOURCE
{
    local object target
    object=$(object_of "$2" "$3")
    if [ "$1" = x86_64 ]; then
        target=(--target=x86_64-w64-windows-gnu)
    else
        target=(--target=i686-pc-windows-msvc -fno-ms-compatibility -U_MSC_VER -D__MINGW32__ -D_ALLOCA_S_MARKER_SIZE=16 -D_X86_=1
            -D_M_IX86=600 '-D__stdcall=__attribute__((__stdcall__))' '-D__fastcall=__attribute__((__fastcall__))'
            '-D_fastcall=__attribute__((__fastcall__))' '-D__cdecl=__attribute__((__cdecl__))')
    fi
    clang++ "${target[@]}" "${DIALECT[@]}" -Wno-everything "${DEFINES[@]}" "${INCLUDES[@]}" -isystem "$DDK" -c "$3" -o "$object"
    [ "$1" = x86_64 ] || "$1-w64-mingw32-objcopy" --remove-section .drectve --remove-section .llvm_addrsig "$object"
}

# Gives the routines of a Microsoft-mangled object (?Name@@...) the names the other objects call them by (_ZnName...). None of
# them is overloaded, so the plain name decides.
rename_symbols() # ARCHITECTURE OUT OBJECT
{
    local nm=$1-w64-mingw32-nm symbol name wanted arguments=()
    while read -r symbol; do
        name=${symbol#\?}
        name=${name%%@@*}
        wanted=$("$nm" -u "$2"/*.o | awk -v prefix="__Z${#name}$name" 'index($2, prefix) == 1 && !found {print $2; found = 1}')
        [ -z "$wanted" ] || arguments+=(--redefine-sym "$symbol=$wanted")
    done < <("$nm" --defined-only "$3" | awk '$2 == "T" {print $3}' | grep '^?')
    [ ${#arguments[@]} = 0 ] || "$1-w64-mingw32-objcopy" "${arguments[@]}" "$3"
}


link_driver() # ARCHITECTURE OUT
{
    local entry=DriverEntry kit
    [ "$1" = x86_64 ] || entry=_DriverEntry@8
    for kit in cng netiowsk ntosextra; do
        sed 's/@[0-9]*$//' "$KERNEL/$kit.def" >"$2/$kit.def"
        [ "$1" = x86_64 ] || cp "$KERNEL/$kit.def" "$2/$kit.def"
        "$1-w64-mingw32-dlltool" $([ "$1" = x86_64 ] || echo --kill-at) -d "$2/$kit.def" -l "$2/lib$kit.a"
    done
    "$1-w64-mingw32-g++" -nostdlib -nostartfiles -shared -s -Wl,--subsystem,native -Wl,--entry,"$entry" \
        -Wl,--image-base,0x10000 -Wl,--file-alignment,0x200 -Wl,--section-alignment,0x1000 -Wl,--dynamicbase -Wl,--nxcompat \
        -Wl,--exclude-all-symbols -Wl,--no-insert-timestamp -Wl,--enable-stdcall-fixup \
        -o "$2/minirdr.sys" "$2"/*.o -L"$2" -lntosextra -lcng -lnetiowsk -lntoskrnl -lhal -lgcc
}

check_imports() # ARCHITECTURE OUT
{
    local dll headers
    headers=$("$1-w64-mingw32-objdump" -p "$2/minirdr.sys")
    while read -r dll; do
        case ${dll,,} in
            ntoskrnl.exe | hal.dll | netio.sys | cng.sys | ksecdd.sys) ;;
            *) die "$1: minirdr.sys imports $dll, which no kernel has" ;;
        esac
    done < <(sed -n 's/.*DLL Name: //p' <<<"$headers")
    grep -q 'Subsystem.*(NT native)' <<<"$headers" || die "$1: not a native image"
}

build() # ARCHITECTURE
{
    local out=build/driver/$1
    mkdir -p "$out"
    rm -f "$out"/*.o
    export -f compile compile_seh object_of
    local pids=() source
    while read -r source; do
        while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || die "$1: compilation failed"; done
        compile "$1" "$out" "$source" &
        pids+=($!)
    done < <(sources)
    while read -r source; do
        compile_seh "$1" "$out" "$source" &
        pids+=($!)
    done < <(seh_sources)
    local pid
    for pid in "${pids[@]}"; do
        wait "$pid" || [ $? = 127 ] || die "$1: compilation failed"
    done
    if [ "$1" = i686 ]; then
        while read -r source; do
            rename_symbols "$1" "$out" "$(object_of "$out" "$source")"
        done < <(seh_sources)
    fi
    link_driver "$1" "$out"
    check_imports "$1" "$out"
    echo "driver: $out/minirdr.sys, $(stat -c %s "$out/minirdr.sys") bytes"
}

[ $# -gt 0 ] || set -- x86_64 i686
for architecture in "$@"; do
    case $architecture in
        x86_64 | i686) command -v "$architecture-w64-mingw32-g++" >/dev/null || die "mingw-w64 for $architecture is missing" ;;
        *) echo "usage: build.sh [x86_64|i686]..." >&2; exit 2 ;;
    esac
    build "$architecture"
done
