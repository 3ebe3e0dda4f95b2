import { readFileSync } from 'node:fs';
import { codeOf } from '../../base/errors.js';
import type { DataSource } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ConfigError } from '../errors.js';

/** The largest file that a configuration may name. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** The bytes that a data source stands for; a file is read now. @throws ConfigError */
export function readDataSource(source: DataSource | undefined, path: string): Buffer {
  const specifier = source?.specifier;
  switch (specifier?.case) {
    case 'inlineString':
      return Buffer.from(specifier.value);
    case 'inlineBytes':
      return Buffer.from(specifier.value);
    case 'filename':
      return readSource(specifier.value, `${path}.filename`);
    case 'environmentVariable': {
      const value = process.env[specifier.value];
      if (value === undefined)
        throw new ConfigError(`${path}.environment_variable`, `${specifier.value} is not in the environment`);
      return Buffer.from(value);
    }
    default:
      throw new ConfigError(path, 'a data source is needed');
  }
}

function readSource(file: string, path: string): Buffer {
  try {
    const bytes = readFileSync(file);
    if (bytes.length <= FILE_BYTES_MAX) return bytes;
  } catch (error) {
    throw new ConfigError(path, `cannot read ${file}: ${codeOf(error) ?? 'it is no file'}`);
  }
  throw new ConfigError(path, `${file} is larger than ${FILE_BYTES_MAX} bytes`);
}
