#!/usr/bin/env bash
# Runs every benchmark of one build directory: run.sh BUILD_DIR [--quick].
set -euo pipefail
build=$1
shift
here=$(dirname "$(readlink -f "$0")")
ulimit -n "$(ulimit -H -n)"
export MESHMUX_BENCH_CTL="$build/bin/meshmuxctl"
"$build/bin/bench_vnode" "$build/bin/meshmuxd" "$build/bin/bare_server" \
  "$here/../data/meshtastic/n1_full.recv.bin" "$@"
"$build/bin/bench_meshcore" "$build/bin/meshmuxd" "$build/bin/bare_server" "$@"
