// Usage: strip-descriptor-options.mjs IN OUT. Drops custom options (validation rules, annotations) from a descriptor set, and the
// files that define them: they are of no use at run time and would treble the generated code. Prints the files left.
import { readFileSync, writeFileSync } from 'node:fs';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const [input = '', output = ''] = process.argv.slice(2);
const ANNOTATIONS = /^(validate|udpa|envoy\/annotations|xds\/annotations|google\/api\/(?!expr\/))/;
const set = fromBinary(FileDescriptorSetSchema, readFileSync(input));

/** Custom options are extensions, so they stand among the unknown fields. */
function strip(value) {
  if (Array.isArray(value)) value.forEach(strip);
  else if (value && typeof value === 'object' && !ArrayBuffer.isView(value)) {
    if (value.$typeName?.endsWith('Options')) value.$unknown = undefined;
    Object.values(value).forEach(strip);
  }
}

set.file = set.file.filter((file) => !ANNOTATIONS.test(file.name));
for (const file of set.file) {
  strip(file);
  file.dependency = file.dependency.filter((name) => !ANNOTATIONS.test(name));
  file.publicDependency = [];
  file.weakDependency = [];
}
writeFileSync(output, toBinary(FileDescriptorSetSchema, set));
for (const file of set.file) if (!file.name.startsWith('google/protobuf/')) console.log(file.name);
