#!/usr/bin/env python3
"""The same directions on what was built: exported symbols (nm -D) and needed libraries (readelf -d).

A plugin exports its entry and nothing else. Must not know the sources.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ENTRY = "mmx_plugin_entry"
SYSTEM = r"libc|libm|libgcc_s|libstdc\+\+|libpthread|libdl|librt|libatomic|ld-linux.*"
# What each program may need, besides the system's own.
PROGRAMS = {
    "meshmuxd": r"libuv|libyaml-cpp|libfmt|libPoco(Foundation|Util)",
    "meshmuxctl": r"libuv|libfmt|libPoco(Foundation|Util)",
}
# What each plugin may need; one that is not named here needs nothing but the system.
PLUGINS = {
    "meshtastic": r"libprotobuf-lite|libcrypto",
    "vnode-meshtastic": r"libprotobuf-lite|libcrypto",
    "sim-meshtastic": r"libprotobuf-lite|libcrypto",
    "meshcore": r"libcrypto",
    "vnode-meshcore": r"libcrypto",
    "sim-meshcore": r"libcrypto",
}


def run(*command):
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


def needed(binary: pathlib.Path):
    return re.findall(r"\(NEEDED\).*\[(.+?)\]", run("readelf", "-d", str(binary)))


def exported(binary: pathlib.Path):
    """Names of the dynamic symbols the binary defines."""
    lines = run("nm", "-D", "--defined-only", str(binary)).splitlines()
    return [line.split()[-1] for line in lines if line.strip()]


def libraries(binary: pathlib.Path, allowed: str):
    pattern = re.compile(rf"({SYSTEM}" + (f"|{allowed}" if allowed else "") + r")([-.\d]*\.so[.\d]*)?")
    for library in needed(binary):
        if not pattern.fullmatch(library):
            yield f"{binary.name} may not need {library}"


def check_plugin(binary: pathlib.Path, allowed: str):
    symbols = exported(binary)
    if symbols != [ENTRY]:
        yield f"{binary.name} exports {', '.join(sorted(symbols)[:8]) or 'nothing'}; only {ENTRY} is allowed"
    yield from libraries(binary, allowed)


def check(build: pathlib.Path):
    programs = [build / "bin" / name for name in PROGRAMS]
    plugins = sorted((build / "lib/meshmux/plugins").glob("*.so"))
    examples = sorted((build / "lib/meshmux/examples").glob("*.so"))
    for program in programs:
        if not program.exists():
            yield f"{program.name} was not built"
        else:
            yield from libraries(program, PROGRAMS[program.name])
    for name in PLUGINS:
        if not any(plugin.stem == name for plugin in plugins):
            yield f"plugin {name} was not built"
    for plugin in plugins + examples:
        yield from check_plugin(plugin, PLUGINS.get(plugin.stem, ""))


def self_test():
    source = f"""
int {ENTRY}(void) {{ return 0; }}
#ifdef EXTRA
int extra(void) {{ return 0; }}
#endif
#ifdef ZLIB
const char *zlibVersion(void);
"""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)

        def build(name, *flags):
            out = folder / f"{name}.so"
            subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(out), *flags],
                           input=source.split("#ifdef ZLIB")[0], text=True, check=True)
            return out

        stranger = build("libstranger", f"-D{ENTRY}=stranger")
        cases = [
            (build("good"), "", 0),
            (build("two", "-DEXTRA"), "", 1),
            (build("none", f"-D{ENTRY}=other"), "", 1),
            (build("links", "-x", "none", "-Wl,--no-as-needed", str(stranger)), "", 1),
            (build("declared", "-x", "none", "-Wl,--no-as-needed", str(stranger)), ".*libstranger", 0),
        ]
        for binary, allowed, expected in cases:
            said = list(check_plugin(binary, allowed))
            if len(said) != expected:
                sys.exit(f"binaries self-test: {binary.name}: expected {expected} complaints, got {said}")
        if len(list(check(folder))) != len(PROGRAMS) + len(PLUGINS):
            sys.exit("binaries self-test: missing binaries were not noticed")
    print(f"binaries self-test passed: {len(cases)} binaries")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    problems = list(check(arguments.build))
    if problems:
        sys.exit("\n".join(problems) + f"\nbinaries: {len(problems)} problem(s)")
    print("binaries: nothing to say")


if __name__ == "__main__":
    main()
