/** Bodies that are no object of the kind, or are none at all. */
export interface RawBody {
  readonly what: string;
  readonly path: string;
  readonly body: string;
  readonly type?: string;
  readonly status: number;
  readonly says: RegExp;
}

const MAPS = '/api/v1/namespaces/default/configmaps';
const BOATS = '/apis/harbour.test/v1/namespaces/default/boats';
const map = (rest: string): string => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad"},${rest}}`;
const boat = (extra: string): string =>
  `{"apiVersion":"harbour.test/v1","kind":"Boat","metadata":{"name":"bad"},"spec":{"masts":1,"extra":${extra}}}`;
const nested = (levels: number, open: string, close: string): string =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;
const yaml = 'application/yaml';
const laughs = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefgh'].reduce(
  (text, name, i) =>
    `${text}\n${name}: &${name} [${Array(9)
      .fill(`*${'abcdefgh'[i - 1]}`)
      .join(',')}]`,
);

function raw(what: string, body: string, says: RegExp, more: Partial<RawBody> = {}): RawBody {
  return { what, path: MAPS, body, status: 400, says, ...more };
}

export const RAW_BODIES: readonly RawBody[] = [
  raw('nothing', '', /the body must be an object/),
  raw('white space', '  \n', /the body must be an object/),
  raw('a list', '[]', /the body must be an object/),
  raw('a text', '"ConfigMap"', /the body must be an object/),
  raw('a number', '7', /the body must be an object/),
  raw('null', 'null', /the body must be an object/),
  raw('cut JSON', '{"apiVersion":"v1","kind":', /couldn't parse the body as JSON/),
  raw('two objects', '{}{}', /couldn't parse the body as JSON/),
  raw('bytes that are no UTF-8', '\ufffd{', /couldn't parse the body as JSON/),
  raw('NaN', map('"data":{"a":NaN}'), /couldn't parse the body as JSON/),
  raw('no YAML', 'a: [', /couldn't parse the body as YAML/, { type: yaml }),
  raw('YAML with a tab', 'a:\n\tb: c', /couldn't parse the body as YAML/, { type: yaml }),
  raw('YAML with a key twice', 'a: 1\na: 2', /Map keys must be unique/, { type: yaml }),
  raw('an alias without anchor', 'a: *none', /Unresolved alias/, { type: yaml }),
  raw(
    'a YAML cycle',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\ndata: &d\n  a: *d\n',
    /data.a in body must be of type string/,
    { type: yaml, status: 422 },
  ),
  raw('a billion laughs', laughs, /Excessive alias count/, { type: yaml }),
  raw('deep YAML', `a: ${nested(20_000, '[', ']')}`, /couldn't parse the body as YAML: line 1: nested too deeply/, {
    type: yaml,
  }),
  raw(
    'another kind',
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"bad"}}',
    /Secret in version "v1" cannot be handled as a ConfigMap/,
  ),
  raw(
    'another version',
    '{"apiVersion":"v2","kind":"ConfigMap"}',
    /the API version in the data \(v2\) does not match the expected API version \(v1\)/,
  ),
  raw('another group', '{"apiVersion":"apps/v1","kind":"ConfigMap"}', /the API version in the data \(apps\/v1\)/),
  raw('a kind that is no text', '{"apiVersion":"v1","kind":["ConfigMap"]}', /cannot be handled as a ConfigMap/),
  raw('a field twice', map('"data":{},"data":{}'), /duplicate field "data"/),
  raw('a key twice in a map', map('"data":{"a":"1","a":"2"}'), /duplicate field "data.a"/),
  raw(
    'a name twice',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad","name":"b"}}',
    /duplicate field "metadata.name"/,
  ),
  raw('a field in other letters', map('"Data":{}'), /unknown field "Data" \(did you mean "data"\?\)/),
  raw('__proto__', map('"__proto__":{"a":1}'), /unknown field "__proto__"/),
  raw('constructor', map('"constructor":{"prototype":{"a":1}}'), /unknown field "constructor"/),
  raw(
    'a foreign namespace',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad","namespace":"other"}}',
    /the namespace of the provided object does not match/,
  ),
  raw(
    'a resourceVersion',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad","resourceVersion":"7"}}',
    /resourceVersion should not be set/,
  ),
  raw('an unknown media type', '{}', /the body of the request was in an unknown format/, {
    type: 'text/plain',
    status: 415,
  }),
  raw('broken protobuf', 'k8s\u0000\u0001\u0002', /./, { status: 415, type: 'application/vnd.kubernetes.protobuf' }),
  raw('4 MB', map(`"data":{"a":"${'x'.repeat(4_000_000)}"}`), /limit is 3145728/, { status: 413 }),
  raw(
    'deep JSON where a text belongs',
    map(`"data":{"a":${nested(50_000, '[', ']')}}`),
    /data.a in body must be of type string/,
    { status: 422 },
  ),
  raw(
    'deep JSON in an unknown field',
    map(`"dta":${nested(50_000, '{"a":', '}')}`),
    /unknown field "dta" \(did you mean "data"\?\)/,
  ),
  raw('deep lists where all is allowed', boat(`{"a":${nested(50_000, '[', ']')}}`), /nested deeper than 100 levels/, {
    path: BOATS,
    status: 422,
  }),
  raw('deep objects where all is allowed', boat(nested(50_000, '{"a":', '}')), /nested deeper than 100 levels/, {
    path: BOATS,
    status: 422,
  }),
  raw(
    '100,000 unknown fields',
    map(Array.from({ length: 100_000 }, (_, i) => `"f${i}":1`).join(',')),
    /unknown field "f0"/,
  ),
  raw(
    '100,000 bad labels',
    `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bad","labels":{${Array.from({ length: 100_000 }, (_, i) => `" ${i}":""`).join(',')}}}}`,
    /metadata.labels/,
    { status: 422 },
  ),
  raw(
    'a YAML cycle where all is allowed',
    'apiVersion: harbour.test/v1\nkind: Boat\nmetadata: {name: bad}\nspec: {masts: 1, extra: &e {a: *e}}',
    /nested deeper than 100 levels/,
    { type: yaml, path: BOATS, status: 422 },
  ),
  raw('an unknown namespace', map('"data":{}'), /namespaces "nowhere" not found/, {
    path: '/api/v1/namespaces/nowhere/configmaps',
    status: 404,
  }),
  raw('no namespace', map('"data":{}'), /namespace/, { path: '/api/v1/configmaps' }),
  raw('an unknown resource', '{}', /could not find the requested resource/, {
    path: '/api/v1/namespaces/default/confmaps',
    status: 404,
  }),
  raw('an unknown version', '{}', /could not find the requested resource/, {
    path: '/apis/apps/v9/namespaces/default/deployments',
    status: 404,
  }),
  raw('an unknown group', '{}', /could not find the requested resource/, {
    path: '/apis/nope.test/v1/things',
    status: 404,
  }),
];
