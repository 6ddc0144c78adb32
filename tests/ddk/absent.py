#!/usr/bin/env python3
"""Holds the kernel headers against what the machine really has, so that what is absent stands in one place.

Every routine and variable that the headers under engine/ddk declare is one of: exported by libengine.so, defined by rdbss (which
each redirector links), a byte-string routine of the C library, or named in engine/ntos/absent.txt, either as `stub` (a weak routine that says loudly in the trace that it
is missing) or as `link` (nobody has it: a driver that needs it does not link). The list must match exactly, so a routine that was
written since leaves it. `--update` writes the list anew; `--self-test` checks the reading of declarations.

usage: absent.py --cc COMPILER --nm NM --engine libengine.so --rdbss librdbss.a [--update]
"""
import argparse
import ctypes
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "engine/ntos/absent.txt"
HEADERS = ["ntifs.h", "ntddk.h", "ntstrsafe.h", "bcrypt.h", "rx.h", "mrx.h", "wsk.h", "rdrtrace.h", "rdrseh.h"]
HEAD = """# What the kernel headers declare and this machine does not have, one name a line; tests/ddk/absent.py holds it against the build.
#
#   stub NAME   exists as a weak routine that returns STATUS_NOT_IMPLEMENTED (or NULL, FALSE, 0) and records RdrEventMissing
#   link NAME   does not exist: a driver that uses it does not link, on purpose, as there is no honest answer for it to give
"""
WORD = re.compile(r"[A-Za-z_]\w*")
MARKER = re.compile(r'^#\s+\d+\s+"([^"]*)"')
NOISE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|__declspec\s*\([^)]*\)|\b__extension__\b")
# GUIDs are defined by whoever includes <initguid.h> first, as everywhere.
DRIVERS_OWN = re.compile(r"extern const GUID\b")
# Routines on wide strings are not taken from the C library: its wchar_t has 32 bits.
WIDE = re.compile(r"_?(wcs|isw|tow|mbs|mbtow|wctom|w?s?n?printf)")
DEFINED = {"T": "has", "D": "has", "B": "has", "R": "has", "W": "stub", "V": "stub"}


def statements(text, wanted):
    """Top-level declarations of the preprocessed text that stand in a wanted file, bodies cut out."""
    kept, inside = [], False
    for line in text.splitlines():
        marker = MARKER.match(line)
        if marker:
            inside = wanted(marker.group(1))
        elif inside:
            kept.append(line)
    text = re.sub(r'"(?:\\.|[^"\\])*"', '""', NOISE.sub(" ", "\n".join(kept)))
    depth, body, current = 0, False, []
    for char in text:
        if char == "{":
            # `extern "C" {` opens no body.
            depth, body = depth + 1, body or ")" in current or "=" in current
        elif char == "}":
            depth -= 1
            if depth == 0 and body:
                current, body = [], False
        elif depth == 0 and char == ";":
            yield " ".join("".join(current).split())
            current = []
        elif depth == 0:
            current.append(char)


def declared(text, wanted):
    names = set()
    for statement in statements(text, wanted):
        if statement.startswith("typedef") or "_Static_assert" in statement or DRIVERS_OWN.match(statement) or re.search(r"\b(static|inline|__inline)\b", statement):
            continue
        routine = re.search(r"([A-Za-z_]\w*)\s*\(", statement)
        if routine:
            names.add(routine.group(1))
        elif statement.startswith("extern"):
            names.add(WORD.findall(statement.split("[")[0])[-1])
    return names


def symbols(nm, path, dynamic):
    table = {}
    arguments = [nm, "-D", "--defined-only", path] if dynamic else [nm, "--defined-only", path]
    for line in subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.splitlines():
        words = line.split()
        if len(words) == 3 and words[1] in DEFINED:
            table[words[2].split("@")[0]] = DEFINED[words[1]]
    return table


def in_c_library(name):
    return not WIDE.match(name) and name.islower() and hasattr(ctypes.CDLL(None), name)


def self_test():
    text = """# 1 "ddk/a.h"
extern "" PVOID Variable[4];
__attribute__((visibility("default"))) NTSTATUS Routine(PVOID A,
  NTSTATUS (*Callback)(ULONG));
static inline ULONG Inline(VOID) { return Other(1); }
typedef VOID CALLBACK(PVOID);
typedef struct _S { ULONG (*Field)(VOID); } S;
struct _S *Pointer(void);
extern const GUID GUID_OF_DRIVER;
# 1 "/usr/include/stdio.h"
int printf(const char*);
"""
    found = declared(text, lambda name: name.startswith("ddk"))
    wanted = {"Variable", "Routine", "Pointer"}
    if found != wanted:
        print(f"self-test: found {sorted(found)}, wanted {sorted(wanted)}")
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser()
    for name in ("cc", "nm", "engine", "rdbss"):
        parser.add_argument("--" + name)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    folders = [ROOT / "engine/ddk/nt", ROOT / "engine/ddk/rx"]
    source = "".join(f"#include <{name}>\n" for name in HEADERS)
    text = subprocess.run(
        [options.cc, "-E", "-xc", "-ffreestanding", "-fshort-wchar", "-fms-extensions", *[f"-I{folder}" for folder in folders], "-"],
        input=source, check=True, capture_output=True, text=True).stdout
    names = declared(text, lambda name: any(name.startswith(str(folder)) for folder in folders))
    if len(names) < 1000:
        print(f"only {len(names)} declarations found: the headers were not read")
        return 1
    engine = symbols(options.nm, options.engine, True)
    rdbss = symbols(options.nm, options.rdbss, False)
    actual = {}
    for name in names:
        kind = engine.get(name) or rdbss.get(name) or ("has" if in_c_library(name) else "link")
        if kind != "has":
            actual[name] = kind
    if options.update:
        LIST.write_text(HEAD + "".join(f"{actual[name]} {name}\n" for name in sorted(actual)))
        return 0
    listed = {}
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            kind, name = line.split()
            listed[name] = kind
    wrong = 0
    for name in sorted(set(actual) | set(listed)):
        if actual.get(name) != listed.get(name):
            wrong += 1
            print(f"{name}: the machine says {actual.get(name, 'present')}, the list says {listed.get(name, 'present')}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
