#!/usr/bin/env bash
# run_tidy.sh BUILD_DIR [PATTERN...]: clang-tidy, as .clang-tidy says, over every file of ours that the
# build directory compiles under core, plugins and sdk (or all whose path contains a PATTERN, tests
# included). Fails on any finding. --self-test proves that it can. MESHMUX_TIDY=quick leaves out the
# static analyser, which takes as long as all the rest. Must not know which checks there are.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
if [ "${1:-}" = --self-test ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  printf '#include <string>\n#include <utility>\nstd::size_t f(std::string a) {\n  const std::string b = std::move(a);\n  return a.size() + b.size();\n}\n' >"$scratch/used_after_move.cc"
  printf 'int f(int a) { return a; }\n' >"$scratch/sound.cc"
  tidy() { clang-tidy --quiet --config-file=.clang-tidy --warnings-as-errors='*' "$1" -- -std=c++20 >/dev/null 2>&1; }
  if tidy "$scratch/used_after_move.cc"; then
    echo "tidy self-test: a use after move was not noticed" >&2
    exit 1
  fi
  tidy "$scratch/sound.cc"
  echo "tidy self-test passed"
  exit 0
fi
build=${1:?usage: run_tidy.sh BUILD_DIR [PATTERN...]}
shift
[ -f "$build/compile_commands.json" ] || { echo "$build/compile_commands.json is missing" >&2; exit 1; }

# Files of the repository in the compilation database, without what the build generated, and without
# the tests of plugins that misbehave on purpose.
mapfile -t files < <(python3 - "$build" "$PWD" "$@" <<'PYTHON'
import json, pathlib, sys
build, root, patterns = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), sys.argv[3:]
found = set()
for entry in json.loads((build / "compile_commands.json").read_text()):
    path = pathlib.Path(entry["directory"], entry["file"]).resolve()
    if root not in path.parents or build in path.parents:
        continue
    name = path.relative_to(root).as_posix()
    if name.startswith(("build/", "tests/bad_plugins/")):
        continue
    wanted = name.startswith(("core/", "plugins/", "sdk/"))
    if wanted if not patterns else any(pattern in name for pattern in patterns):
        found.add(name)
print("\n".join(sorted(found)))
PYTHON
)
checks=()
[ "${MESHMUX_TIDY:-full}" = quick ] && checks=(--checks='-clang-analyzer-*')
[ -n "${files[*]:-}" ] || { echo "nothing to check" >&2; exit 1; }
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet "${checks[@]}" --warnings-as-errors='*' -p "$build" 2>/dev/null
echo "tidy: nothing to say about ${#files[@]} files"
