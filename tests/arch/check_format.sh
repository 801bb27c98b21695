#!/usr/bin/env bash
# Every C and C++ file is as clang-format would write it; --fix writes it so. --self-test proves that a
# crooked file is noticed. Must not know any build directory.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

sources() {
  find "$@" \( -name node_modules -o -name .venv \) -prune -o -type f \
    \( -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.cc' -o -name '*.inc' \) -print0
}
rooms=(core plugins sdk tests)

case ${1:-} in
  --fix)
    sources "${rooms[@]}" | xargs -0 -n 20 -P "$(nproc)" clang-format -i
    ;;
  --self-test)
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    cp .clang-format "$scratch/"
    printf 'int  main( ){return 0 ;}\n' >"$scratch/crooked.cc"
    printf 'int main() { return 0; }\n' >"$scratch/straight.cc"
    if clang-format --dry-run --Werror "$scratch/crooked.cc" 2>/dev/null; then
      echo "format self-test: a crooked file was not noticed" >&2
      exit 1
    fi
    clang-format --dry-run --Werror "$scratch/straight.cc"
    [ "$(sources "$scratch" | tr '\0' '\n' | wc -l)" = 2 ]
    echo "format self-test passed"
    ;;
  *)
    sources "${rooms[@]}" | xargs -0 -n 20 -P "$(nproc)" clang-format --dry-run --Werror
    echo "format: nothing to say"
    ;;
esac
