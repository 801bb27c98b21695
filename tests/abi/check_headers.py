#!/usr/bin/env python3
"""Each public header compiles alone, in every language version we promise, without a warning.

Runs every compiler that is there. Must not know what the headers say.
"""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]
C_COMPILERS = ["gcc", "clang"]
CXX_COMPILERS = ["g++", "clang++"]


def jobs_for(root: pathlib.Path):
    include, glue = root / "sdk/include", root / "sdk/cpp"
    for header in sorted(include.rglob("*.h")):
        name = header.relative_to(include).as_posix()
        for compiler in filter(shutil.which, C_COMPILERS):
            for std in ("c11", "c17"):
                yield name, [compiler, "-x", "c", f"-std={std}", "-I", str(include)]
        for compiler in filter(shutil.which, CXX_COMPILERS):
            for std in ("c++17", "c++20"):
                yield name, [compiler, "-x", "c++", f"-std={std}", "-I", str(include)]
    for header in sorted(glue.rglob("*.hpp")):
        name = header.relative_to(glue).as_posix()
        for compiler in filter(shutil.which, CXX_COMPILERS):
            for std in ("c++17", "c++20"):
                yield name, [compiler, "-x", "c++", f"-std={std}", "-I", str(include), "-I", str(glue)]


def run(job):
    name, command = job
    # Twice, so that a missing include guard shows as well.
    source = f'#include "{name}"\n#include "{name}"\nint main(void) {{ return 0; }}\n'
    done = subprocess.run(command + WARNINGS + ["-"], input=source, text=True, capture_output=True)
    if done.returncode == 0:
        return None
    return f"{name} with {command[0]} {command[3]}:\n{done.stderr}"


def check(root: pathlib.Path):
    jobs = list(jobs_for(root))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return len(jobs), [problem for problem in pool.map(run, jobs) if problem]


def self_test():
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        for folder in ("sdk/include/x", "sdk/cpp/x"):
            (root / folder).mkdir(parents=True)
        broken = {
            "sdk/include/x/no_include.h": "#ifndef A\n#define A\nuint32_t f(void);\n#endif\n",
            "sdk/include/x/no_guard.h": "struct twice { int i; };\n",
            "sdk/include/x/not_c.h": "#ifndef B\n#define B\nnamespace x {}\n#endif\n",
            "sdk/include/x/not_cpp.h": "#ifndef C\n#define C\nint f(int class);\n#endif\n",
            "sdk/cpp/x/too_new.hpp": "#pragma once\ntemplate <class T> concept Any = true;\n",
        }
        for path, text in broken.items():
            (root / path).write_text(text)
        (root / "sdk/include/x/good.h").write_text("#ifndef D\n#define D\nint f(void);\n#endif\n")
        _, problems = check(root)
        found = {problem.split(" ")[0] for problem in problems}
        expected = {path.split("/", 2)[2] for path in broken}
        if found != expected:
            sys.exit(f"self-test: expected complaints about {sorted(expected)}, got {sorted(found)}")
    print("self-test passed")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    count, problems = check(arguments.root)
    if count == 0:
        sys.exit("no header or no compiler found")
    if problems:
        sys.exit("\n".join(problems))
    print(f"{count} compilations without a warning")


if __name__ == "__main__":
    main()
