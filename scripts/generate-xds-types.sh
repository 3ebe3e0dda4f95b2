#!/usr/bin/env bash
# Regenerates src/xds/types/gen from Envoy's v3 API definitions. Run by hand when a message is added; the result is committed.
# Needs: a protoc (PyPI grpcio-tools ships one: PROTOC="python3 -m grpc_tools.protoc") and, as the source of the definitions,
# an unpacked npm package @grpc/grpc-js-xds, whose deps/ folder holds them: DEFINITIONS=.../grpc-js-xds/deps
set -euo pipefail
cd "$(dirname "$0")/.."
: "${DEFINITIONS:?path of the deps folder of @grpc/grpc-js-xds}"
PROTOC=${PROTOC:-python3 -m grpc_tools.protoc}
roots=$(cat scripts/xds-roots.txt)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The package's validation rules are older than its Envoy messages: one rule's field is missing there.
mkdir -p "$work/rules/validate"
sed 's/^message StringRules {/&\n optional bool ignore_empty = 26;/' "$DEFINITIONS/protoc-gen-validate/validate/validate.proto" \
  > "$work/rules/validate/validate.proto"
include=(-I "$DEFINITIONS/envoy-api" -I "$DEFINITIONS/xds" -I "$DEFINITIONS/googleapis" -I "$work/rules")
# Without source info in the set the generated files carry no comments of the definitions.
# shellcheck disable=SC2086
$PROTOC "${include[@]}" --include_imports --descriptor_set_out="$work/all.bin" $roots
files=$(node scripts/strip-descriptor-options.mjs "$work/all.bin" "$work/plain.bin")
rm -rf src/xds/types/gen && mkdir -p src/xds/types/gen
# shellcheck disable=SC2086
$PROTOC --descriptor_set_in="$work/plain.bin" --plugin=protoc-gen-es=node_modules/.bin/protoc-gen-es \
  --es_out=src/xds/types/gen --es_opt=target=ts,import_extension=js $files
find src/xds/types/gen -name '*.ts' | wc -l
