import { BOAT, DEFINITION } from './bases.js';
import { badManifests, type Mistake, REMOVED } from './manifest.js';

const version = 'spec.versions[0]';
const schema = `${version}.schema.openAPIV3Schema`;
const field = (name: string, value: unknown): unknown => ({ type: 'object', properties: { [name]: value } });

const DEFINITIONS: readonly Mistake[] = [
  ['spec', REMOVED, 'Required value'],
  ['metadata.name', 'wheels.harbour.test', 'must be spec.names.plural+"."+spec.group'],
  ['spec.group', REMOVED, 'Required value'],
  ['spec.group', 'harbour', 'should be a domain with at least one dot'],
  ['spec.group', 'Harbour.test', 'RFC 1123 subdomain'],
  ['spec.scope', 'Everywhere', 'supported values: "Cluster", "Namespaced"'],
  ['spec.names.kind', REMOVED, 'Required value'],
  ['spec.names.plural', 'Carts', 'a DNS-1035 label'],
  ['spec.versions', [], 'Required value'],
  [`${version}.name`, 'V1', 'a DNS-1035 label'],
  [`${version}.storage`, false, 'must have exactly one version marked as storage version', 'spec.versions'],
  [`${version}.schema`, REMOVED, 'schemas are required', schema],
  [schema, field('a', { type: 'text' }), 'supported values: "array"', `${schema}.properties[a].type`],
  [schema, field('a', {}), 'must not be empty for specified object fields', `${schema}.properties[a].type`],
  [schema, {}, 'must not be empty at the root', `${schema}.type`],
  [
    schema,
    field('a', { type: 'string', pattern: '(' }),
    'must be a valid regular expression',
    `${schema}.properties[a].pattern`,
  ],
  [
    schema,
    field('a', { type: 'object', 'x-kubernetes-validations': [{ rule: 'true' }] }),
    'leave them out',
    `${schema}.properties[a].x-kubernetes-validations`,
  ],
  [
    `${version}.additionalPrinterColumns`,
    [{ name: 'A', type: 'string', jsonPath: 'spec' }],
    'must be a simple json path',
    `${version}.additionalPrinterColumns[0].jsonPath`,
  ],
  ['spec.conversion', { strategy: 'Webhook' }, 'use None', 'spec.conversion.strategy'],
];

const BOATS: readonly Mistake[] = [
  ['spec', REMOVED, 'Required value'],
  ['spec.masts', REMOVED, 'Required value'],
  ['spec.masts', 0, 'should be greater than or equal to 1'],
  ['spec.masts', 6, 'should be less than or equal to 5'],
  ['spec.masts', 'three', 'must be of type integer'],
  ['spec.masts', [], 'must be of type integer'],
  ['spec.flag', 'X', 'should be at least 2 chars long'],
  ['spec.flag', 'ABCDE', 'should be at most 4 chars long'],
  ['spec.flag', 'ab', "should match '^[A-Z]+$'"],
  ['spec.flag', '🏴🏴', "should match '^[A-Z]+$'"],
  ['spec.sails', [{}, {}, {}], 'should have at most 2 items'],
  ['spec.sails[0]', { cloth: 'silk' }, 'supported values: "cotton", "canvas"', 'spec.sails[0].cloth'],
  ['spec.sails[0]', 'cotton', 'must be of type object'],
  ['spec.crew', ['a', 'a'], "shouldn't contain duplicates"],
  ['spec.crew', [1], 'must be of type string', 'spec.crew[0]'],
  ['spec.built', 'yesterday', 'must be of type date'],
  ['spec.address', '1.2.3', 'must be of type ipv4'],
  ['spec.holds', { a: 'x' }, 'must be of type integer', 'spec.holds.a'],
  ['spec.holds', { a: 1, b: 2 }, 'should have at most 1 properties'],
  ['metadata.name', 'Bad', 'RFC 1123 subdomain'],
];

export const BAD_CUSTOM = [...badManifests(DEFINITION, DEFINITIONS), ...badManifests(BOAT, BOATS)];
