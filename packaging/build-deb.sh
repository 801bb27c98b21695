#!/usr/bin/env bash
# Builds the Debian packages from an export of the tracked files, since dpkg wants debian/ at the top of
# the tree: build-deb.sh SOURCE OUTPUT. The same sources give the same packages.
set -euo pipefail
source=$(readlink -f "$1")
mkdir -p "$2"
output=$(readlink -f "$2")
work=$output/work
rm -rf "$work" && mkdir -p "$work/meshmux"
(cd "$source" && git ls-files -z | tar --null --files-from=- -cf -) | tar -xf - -C "$work/meshmux"
cd "$work/meshmux"
cp -r packaging/debian debian
cp packaging/systemd/meshmux.service debian/meshmux.service
SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -S Timestamp)
export SOURCE_DATE_EPOCH
dpkg-buildpackage --build=binary --no-sign --check-builddeps
mv "$work"/*.deb "$output/"
rm -rf "$work"
