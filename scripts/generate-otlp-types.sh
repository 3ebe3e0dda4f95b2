#!/usr/bin/env bash
# Regenerates src/wire/otlp/gen from OpenTelemetry's protocol definitions. Run by hand when a message is added; the result is
# committed. Needs: a protoc (PyPI grpcio-tools ships one) and, as the source of the definitions, an unpacked PyPI package
# opentelemetry-proto, whose modules hold them: DEFINITIONS=.../ (the folder that has opentelemetry/)
set -euo pipefail
cd "$(dirname "$0")/.."
: "${DEFINITIONS:?folder of an unpacked opentelemetry-proto}"
PROTOC=${PROTOC:-python3 -m grpc_tools.protoc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The modules carry serialized descriptors and no sources: as a descriptor set, protoc takes them.
python3 - "$DEFINITIONS" "$work/all.bin" <<'PY'
import ast, glob, sys
folder, out = sys.argv[1:]
def field(number, payload):
    size, head = len(payload), bytes([number << 3 | 2])
    while size > 127:
        head += bytes([size & 127 | 128]); size >>= 7
    return head + bytes([size]) + payload
order = ['common', 'resource', 'trace', 'collector/trace']
files = {}
for name in order:
    path = glob.glob(f'{folder}/opentelemetry/proto/{name}/v1/*_pb2.py')
    for one in path:
        for node in ast.walk(ast.parse(open(one).read())):
            if isinstance(node, ast.Call) and getattr(node.func, 'attr', '') == 'AddSerializedFile':
                files.setdefault(name, node.args[0].value)
open(out, 'wb').write(b''.join(field(1, files[name]) for name in order))
PY
rm -rf src/wire/otlp/gen && mkdir -p src/wire/otlp/gen
files="opentelemetry/proto/common/v1/common.proto opentelemetry/proto/resource/v1/resource.proto
  opentelemetry/proto/trace/v1/trace.proto opentelemetry/proto/collector/trace/v1/trace_service.proto"
# shellcheck disable=SC2086
$PROTOC --descriptor_set_in="$work/all.bin" --plugin=protoc-gen-es=node_modules/.bin/protoc-gen-es \
  --es_out=src/wire/otlp/gen --es_opt=target=ts,import_extension=js $files
find src/wire/otlp/gen -name '*.ts'
