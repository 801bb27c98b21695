#!/usr/bin/env python3
"""Compares the ABI of the headers with the stored reference, by abidiff on a witness library.

Any difference fails; the text tells legal growth (renew the reference with --update and raise
MMX_ABI_MINOR) from a break (which needs a new extension id or a new major). The self-test changes
copies of the headers and expects to be told. Must not know what the structs are for.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE = HERE / "meshmux-abi.abi"
COMPILER = "gcc"


def compile_witness(include: pathlib.Path, out: pathlib.Path):
    subprocess.run([COMPILER, "-std=c11", "-g", "-gdwarf-4", "-O0", "-fPIC", "-shared",
                    f"-ffile-prefix-map={include}=include", f"-ffile-prefix-map={HERE}=.", "-I",
                    str(include), str(HERE / "witness.c"), "-o", str(out)], check=True)


def write_abi(include: pathlib.Path, out: pathlib.Path):
    library = out.with_suffix(".so")
    compile_witness(include, library)
    subprocess.run(["abidw", "--no-show-locs", "--no-corpus-path", "--no-comp-dir-path",
                    "--out-file", str(out), str(library)], check=True)


def compare(include: pathlib.Path, scratch: pathlib.Path):
    """Returns "same", "growth" or "break", and abidiff's report."""
    current = scratch / "current.abi"
    write_abi(include, current)
    done = subprocess.run(["abidiff", "--no-architecture", "--no-show-locs", str(REFERENCE), str(current)],
                          text=True, capture_output=True)
    if done.returncode & 3:
        sys.exit(f"abidiff failed: {done.stderr}")
    if done.returncode == 0:
        return "same", ""
    report = done.stdout
    summary = re.compile(r"summary|^\s*$")
    lines = [line for line in report.splitlines() if not summary.search(line)]
    # What may stand in the report of a struct that grew at its end, and nothing else.
    growth = re.compile(
        r"(Changed variable|Added variable|^\s*\[[AC]\]|type of variable changed|in pointed to type"
        r"|in unqualified underlying type|underlying type|pointed to type|type size changed from"
        r"|data member insertion|^\s*'[^']+', at offset \d+ \(in bits\)$"
        r"|type name|was first|which was|reported earlier)")
    ok = all(growth.search(line) for line in lines)
    broken = re.search(r"deletion|offset changed|parameter|return type|[1-9]\d* Removed", report)
    moved = re.search(r"[1-9]\d* data member changes?", report)
    legal = ok and not broken and not moved and inserted_at_end(report)
    return ("growth" if legal else "break"), report


def inserted_at_end(report: str):
    """Whether each new member stands behind the old end of its struct."""
    end = None
    for line in report.splitlines():
        if size := re.search(r"type size changed from (\d+) to", line):
            end = int(size[1])
        if new := re.search(r"^\s*'[^']+', at offset (\d+) \(in bits\)$", line):
            if end is None or int(new[1]) < end:
                return False
    return True


def check(include: pathlib.Path):
    with tempfile.TemporaryDirectory() as scratch:
        verdict, report = compare(include, pathlib.Path(scratch))
    if verdict == "same":
        print("the ABI is the stored one")
    elif verdict == "growth":
        sys.exit(report + "\nThe ABI grew at the end of a table. That is legal: raise MMX_ABI_MINOR, "
                 "add the pins, renew the reference with check_abi.py --update.")
    else:
        sys.exit(report + "\nThe ABI broke: a released entity never changes in place. Add a new "
                 "extension id, or append.")


MUTATIONS = {
    "insert": ("ext/bus.h", "  void (*ready)(", "  void (*hurry)(void);\n  void (*ready)(", "break"),
    "append": ("ext/post.h", "} mmx_post;", "  void (*flush)(void);\n} mmx_post;", "growth"),
    "widen": ("message.h", "uint32_t epoch;      /*", "uint64_t epoch;      /*", "break"),
    "sign": ("host.h", "int32_t level, uint64_t session", "int64_t level, uint64_t session", "break"),
    "drop": ("ext/stream.h", "  void (*abort)(mmx_stream *stream);", "", "break"),
    # Two members of one signature: abidiff takes that for a renaming, the pins do not.
    "swap": ("ext/stream.h", "  void (*pause)(mmx_stream *stream);\n  void (*resume)",
             "  void (*resume)(mmx_stream *stream);\n  void (*pause)", "pins"),
    "constant": ("base.h", "MMX_DENIED = 6", "MMX_DENIED = 16", "pins"),
    "id": ("ext/bus.h", '"meshmux.bus/1"', '"meshmux.bus/2"', "pins"),
}


def pins_hold(include: pathlib.Path):
    sources = [["gcc", "-std=c11", "pins.c"], ["gcc", "-std=c11", "values.c"],
               ["g++", "-std=c++20", "ids.cc"]]
    return all(subprocess.run([*command[:2], "-fsyntax-only", "-I", str(include),
                               str(HERE / command[2])], capture_output=True).returncode == 0
               for command in sources)


def self_test(include: pathlib.Path):
    if not pins_hold(include):
        sys.exit("self-test: the pins do not hold for the headers as they are")
    for name, (header, old, new, expected) in MUTATIONS.items():
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch) / "include"
            shutil.copytree(include, copy)
            target = copy / "meshmux" / header
            text = target.read_text()
            if old not in text:
                sys.exit(f"self-test {name}: {header} no longer contains {old!r}")
            target.write_text(text.replace(old, new, 1))
            # A signature has no offset: only abidiff sees it.
            if name != "sign" and pins_hold(copy):
                sys.exit(f"self-test {name}: the pins did not notice")
            if expected == "pins":
                continue
            verdict, report = compare(copy, pathlib.Path(scratch))
            if verdict != expected:
                sys.exit(f"self-test {name}: expected {expected}, got {verdict}\n{report}")
    print(f"self-test passed: {len(MUTATIONS)} changed headers noticed")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("include", type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--update", action="store_true", help="write the reference anew")
    arguments = parser.parse_args()
    include = arguments.include.resolve()
    if arguments.update:
        with tempfile.TemporaryDirectory() as scratch:
            made = pathlib.Path(scratch) / "reference.abi"
            write_abi(include, made)
            shutil.copyfile(made, REFERENCE)
        return
    for tool in ("abidw", "abidiff", COMPILER):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing (Debian: abigail-tools, gcc)")
    self_test(include) if arguments.self_test else check(include)


if __name__ == "__main__":
    main()
