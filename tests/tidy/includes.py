#!/usr/bin/env python3
"""Checks the borders between rooms: who may include whom, and words that may not stand in a commit.

Prints one line per breach and exits 1; prints nothing and exits 0 when the house is in order.
`--self-test` plants one breach of each kind in a temporary tree and fails unless every one is found.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')

# Folders whose sources must also build for a real kernel: no standard library, nothing of the host.
FREESTANDING = ("minirdr/mrx", "minirdr/smb2", "minirdr/transport", "minirdr/probe", "minirdr/driver", "engine/rdbss")
STANDARD = {
    "algorithm", "array", "atomic", "bitset", "chrono", "deque", "functional", "iostream", "list", "map", "memory",
    "mutex", "optional", "set", "span", "sstream", "string", "string_view", "thread", "tuple", "unordered_map",
    "unordered_set", "utility", "variant", "vector",
}
NT_ROOMS = ("engine/ntos", "engine/netio", "engine/mup", "engine/rdbss", "engine/cng", "minirdr")
HOST_HEADER = re.compile(r"^(engine/(host|sched|recorder|vnet|server|scenario|cli|verifier)|traces|gui)/")
NT_HEADERS = {
    "ntdef.h", "wdm.h", "ntddk.h", "ntifs.h", "wsk.h", "bcrypt.h", "rx.h", "mrx.h", "rxprocs.h", "rxstruc.h", "rdrtrace.h",
    "rdrseh.h",
}
BANNED = [
    (re.compile(r"\b(FIXME|XXX|HACK)\b"), "unfinished-work word"),
    (re.compile(r"^\s*#\s*if\s+0\b"), "#if 0"),
    (re.compile(r"/(work|farm)/|/tmp/\w+_jobs"), "machine path"),
]
SOURCE = {".c", ".cpp", ".h"}


def is_host_post(path):
    """A file that may speak both languages: the posts between the two countries, and tests."""
    return path.stem.endswith("_host") or path.parts[0] == "tests"


def starts(path, folders):
    text = path.as_posix()
    return any(text.startswith(folder + "/") for folder in folders)


def includes_of(root, path):
    for number, line in enumerate((root / path).read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def is_ddk(name):
    return name in NT_HEADERS or name.startswith("engine/ddk/") and not name.endswith(".def")


def check_include(path, name):
    """The rule that this include breaks, or None."""
    if starts(path, FREESTANDING):
        if name in STANDARD:
            return "standard library in code that must build for a real kernel"
        if HOST_HEADER.match(name) or name.startswith("engine/ntos/"):
            return "rdbss and minirdr include ddk and themselves only"
        if path.parts[0] == "minirdr" and name.startswith("engine/rdbss/"):
            return "minirdr uses only the public headers of rdbss"
        return None
    if starts(path, ("engine/server", "engine/vnet", "traces", "gui", "engine/host", "engine/sched")) and is_ddk(name):
        return "host room includes a kernel header"
    if starts(path, ("gui",)) and name.startswith("engine/"):
        return "gui includes the engine"
    if starts(path, ("traces",)) and name.startswith("engine/") and not name.endswith(".def"):
        return "traces includes the engine"
    if starts(path, NT_ROOMS) and not is_host_post(path):
        if path.suffix in (".cpp", ".c") and HOST_HEADER.match(name):
            return "only *_host.cpp may include a host header here"
        if path.suffix in (".cpp", ".c") and name in STANDARD:
            return "only *_host.cpp may include the standard library here"
    return None


def check(root, files):
    breaches = []
    for path in files:
        if path.suffix in SOURCE:
            for number, name in includes_of(root, path):
                rule = check_include(path, name)
                if rule:
                    breaches.append(f"{path}:{number}: {rule}: {name}")
        if path.as_posix() == "tests/tidy/includes.py" or path.suffix in (".bin", ".png", ".rdrtrace", ".pcapng"):
            continue
        if path.as_posix().startswith("tests/fuzz/corpus/"):
            continue
        for number, line in enumerate((root / path).read_text(errors="replace").splitlines(), 1):
            for pattern, what in BANNED:
                if pattern.search(line):
                    breaches.append(f"{path}:{number}: {what}")
    return breaches


def self_test():
    planted = {
        "minirdr/mrx/a.cpp": "#include <vector>\n",
        "engine/rdbss/a.cpp": '#include "engine/sched/scheduler.h"\n',
        "engine/server/a.cpp": "#include <ntifs.h>\n",
        "traces/model/a.cpp": '#include "engine/recorder/recorder.h"\n',
        "gui/app/a.cpp": '#include "engine/ntos/world_host.h"\n',
        "engine/ntos/io/a.cpp": "#include <string>\n",
        "engine/ntos/io/b.cpp": "#if 0\n#endif\n",
    }
    allowed = {"engine/ntos/io/a_host.cpp": "#include <string>\n#include <ntifs.h>\n"}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {**planted, **allowed}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        found = {line.split(":")[0] for line in check(root, [Path(name) for name in {**planted, **allowed}])}
    if found != set(planted):
        print(f"self-test: missed {sorted(set(planted) - found)}, wrongly refused {sorted(found - set(planted))}")
        return 1
    return 0


def main():
    if "--self-test" in sys.argv[1:]:
        return self_test()
    root = Path(__file__).resolve().parents[2]
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True).stdout.splitlines()
    files = [Path(name) for name in listed if (root / name).is_file()]
    breaches = check(root, files)
    print("\n".join(breaches), end="\n" if breaches else "")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
