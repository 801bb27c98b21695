#!/usr/bin/env python3
"""What may stand in files: header comments, sizes, forbidden words, machine paths, waiting in tests.

Must not know who includes whom.
"""
import argparse
import pathlib
import re
import sys

import tree

CODE = {".h", ".hpp", ".c", ".cc", ".inc"}
SIZED = CODE | {".py", ".sh", ".mjs"}
WARN_LINES, MOST_LINES = 400, 500
SHORTEST_COMMENT, SHORTEST_HEADER_COMMENT = 10, 40

# Spelled in pieces, so that this file passes its own check.
MACHINE_PATHS = re.compile(r"(?<![\w.$}\-])/(wo" r"rk|ro" r"ot|ho" r"me/\w+|Us" r"ers/\w+|tm" r"p)(?=[/\"'\s]|$)")
REGISTRIES = re.compile(
    r"(index-" r"url|registry" r"\.npmjs|npm_config_" r"registry|\"reso" r"lved\"|pypi" r"\.org"
    r"|files\.python" r"hosted|goprox" r"y|https?://[^/\s\"']*(artifact" r"ory|nexus|mirror|proxy))", re.I)
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
FAMILIES = re.compile("mesh" "tastic|mesh" "core", re.I)
WAITING = re.compile(
    r"\bsleep_(for|until)\b|\bu?sleep\s*\(|\bnanosleep\b|\btime\.sleep|\basyncio\.sleep|^\s*sleep\s+[\d.$]"
    r"|\bsetTimeout\s*\(|pytest\.mark\.flaky|--reruns|@retry|\bretries\s*=|--repeat\s+until-pass"
    r"|for\s+\w*attempt\w*\s+in\b|\[\.?!mayfail\]", re.M)

# Where waiting is the very thing: a plugin that misbehaves by blocking, and the pacing of a load.
WAITING_ALLOWED = ("tests/bad_plugins/", "tests/bench/", "tests/arch/")


def lines_with(pattern, path, text, say):
    for found in pattern.finditer(text):
        yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {say}: {found.group(0).strip()}"


def comment_of(text: str, suffix: str):
    """The comment a file begins with, without its marks; empty if it begins with something else."""
    if suffix == ".py":
        text = re.sub(r"\A(#!.*\n)?(# -\*-.*\n)?", "", text)
        found = re.match(r'\s*"""(.*?)"""', text, re.S) or re.match(r"((?:#.*\n)+)", text)
        return found.group(1) if found else ""
    if suffix in (".sh", ".txt", ".cmake"):
        found = re.match(r"(?:#!.*\n)?((?:#.*\n)+)", text)
        return found.group(1) if found else ""
    found = re.match(r"\s*/\*(.*?)\*/", text, re.S) or re.match(r"\s*((?://.*\n?)+)", text)
    return re.sub(r"(?m)^\s*(//|\*)", "", found.group(1)) if found else ""


def check_file(path: pathlib.PurePath, text: str):
    name, suffix = path.as_posix(), path.suffix
    if suffix in CODE | {".py", ".sh", ".proto"} and path.name != "__init__.py":
        # A header explains itself; its source may point there.
        least = SHORTEST_HEADER_COMMENT if suffix in (".h", ".hpp") else SHORTEST_COMMENT
        comment = " ".join(comment_of(text, suffix).split())
        if len(comment) < least or comment == "placeholder":
            yield f"{name}:1: begin with a comment: what it is, what it must not know"
    if suffix in SIZED and text.count("\n") > MOST_LINES:
        yield f"{name}: {text.count(chr(10))} lines, the most is {MOST_LINES}"
    if suffix == ".hpp" and not name.startswith("sdk/cpp/"):
        yield f"{name}: .hpp stands in sdk/cpp only"
    if suffix in {".cpp", ".cxx", ".hh", ".hxx"}:
        yield f"{name}: sources end in .cc, headers in .h"
    if name.startswith("core/"):
        if FAMILIES.search(name):
            yield f"{name}: the core knows no mesh family, its file names included"
        yield from lines_with(FAMILIES, name, text, "the core knows no mesh family")
    if name != "LICENSE":
        yield from lines_with(MACHINE_PATHS, name, text, "path of one machine")
        yield from lines_with(REGISTRIES, name, text, "address of a registry")
    if suffix in SIZED | {".proto", ".cmake"} or path.name == "CMakeLists.txt":
        yield from lines_with(UNFINISHED, name, text, "unfinished")
    if name.startswith("tests/") and not name.startswith(WAITING_ALLOWED):
        yield from lines_with(WAITING, name, text, "tests neither wait nor try again")


def check(root: pathlib.Path):
    for path, text in tree.files(root):
        yield from check_file(path, text)


def warn(root: pathlib.Path):
    for path, text in tree.files(root):
        if path.suffix in SIZED and WARN_LINES < text.count("\n") <= MOST_LINES:
            print(f"warning: {path} has {text.count(chr(10))} lines, aim for {WARN_LINES}",
                  file=sys.stderr)


HEAD = "// What this file is, in a sentence. Must not know anything else.\n"
BAD = {
    "core/a.cc": "int a;\n",
    "core/b.h": "// A short comment.\nint b;\n",
    "core/b.cc": "// placeholder\n",
    "core/c.cc": HEAD + "int c;\n" * 501,
    "core/d.cc": HEAD + "// as Mesh" "Core does\n",
    "core/mesh" "tastic_link.cc": HEAD,
    "core/e.hpp": HEAD,
    "core/f.cpp": HEAD,
    "plugins/a.cc": HEAD + 'auto p = "/wo' 'rk/main";\n',
    "plugins/b.cc": HEAD + 'auto p = "/tm' 'p/x";\n',
    "docs/a.md": "See /ho" "me/ann/notes.\n",
    "tests/clients/package-lock.json": '{"reso' 'lved": "https://example.org/x.tgz"}\n',
    "tests/clients/pip.conf": "index-" "url = https://example.org\n",
    "plugins/c.cc": HEAD + "// TO" "DO later\n",
    "tests/unit/a.cc": HEAD + "std::this_thread::sleep_" "for(1s);\n",
    "tests/integration/test_a.py": '"""What this tests, in one whole sentence here."""\ntime.sle' 'ep(1)\n',
    "tests/run.sh": "#!/bin/sh\n# What this script does, in one whole sentence.\nsle" "ep 5\n",
    "tests/clients/a.mjs": "setTime" "out(() => 0, 5)\n",
    "tests/test_b.py": '"""What this tests, in one whole sentence here."""\n@pytest.mark.fla' 'ky\n',
    "tests/test_c.py": "import os\n",
    "plugins/a.proto": 'syntax = "proto3";\n',
}
GOOD = {
    "core/a.cc": HEAD + "int a;  // retried with backoff\n",
    "core/b.h": "/*\n * What this file is, in a sentence. Must not know more.\n */\n" + "int b;\n" * 420,
    "sdk/cpp/meshmux/c.hpp": HEAD,
    "plugins/a.cc": HEAD + '// Meshtastic; reads "/dev/ttyUSB0" or "${x}/tmp" or a/tmp/b\n',
    "tests/bad_plugins/slow.c": HEAD + "nanosle" "ep(&t, 0);\n",
    "tests/test_a.py": '#!/usr/bin/env python3\n"""What this tests, in one whole sentence here."""\n'
                       "def test_first_retry_is_soon(): socket.settimeout(3)\n",
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return tree.prove("text", check, BAD, GOOD)
    root = arguments.root.resolve()
    warn(root)
    tree.report("text", list(check(root)))


if __name__ == "__main__":
    main()
