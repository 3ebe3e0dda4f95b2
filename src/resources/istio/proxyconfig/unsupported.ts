import { isEmpty, isOneOf, type UnsupportedField } from '../unsupported-field.js';

const isDefaultImage = isOneOf('', 'DEFAULT');

export const UNSUPPORTED_PROXY_CONFIG_FIELDS: readonly UnsupportedField[] = [
  {
    kind: 'ProxyConfig',
    path: 'spec.concurrency',
    harmless: (value) => value === 1,
    only: 'other than 1',
    because: 'a proxy of this mesh is one thread',
  },
  { kind: 'ProxyConfig', path: 'spec.environmentVariables', harmless: isEmpty },
  { kind: 'ProxyConfig', path: 'spec.image.imageType', harmless: isDefaultImage, only: 'other than default' },
];
