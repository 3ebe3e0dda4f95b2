import { MAPS, map, PODS, type Story, THERE } from './story.js';

/** https://kubernetes.io/docs/reference/using-api/api-concepts/ */
const CONCEPTS = 'api-concepts';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const PARTIAL = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const PARTIALS = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
const OWN = '/api/v1/namespaces/lists/configmaps';

export const LISTS: readonly Story[] = [
  {
    name: 'paging: pages show one revision, whatever changes between them',
    source: `${CONCEPTS}/#retrieving-large-results-sets-in-chunks`,
    steps: [
      {
        call: 'POST /api/v1/namespaces',
        body: { metadata: { name: 'lists' } },
        is: 201,
        has: { 'status.phase': 'Active' },
      },
      { call: `POST ${OWN}`, body: map('a', { n: '1' }, { labels: { l: 'x' } }), is: 201 },
      { call: `POST ${OWN}`, body: map('b', {}, { labels: { l: 'x' } }), is: 201 },
      { call: `POST ${OWN}`, body: map('c'), is: 201, keep: { rv: 'metadata.resourceVersion' } },
      {
        call: `GET ${OWN}?limit=2`,
        is: 200,
        has: {
          kind: 'ConfigMapList',
          apiVersion: 'v1',
          'metadata.remainingItemCount': 1,
          'metadata.continue': THERE,
          'metadata.resourceVersion': '{rv}',
          'items.2': undefined,
        },
        keep: { next: 'metadata.continue' },
      },
      { call: `POST ${OWN}`, body: map('bb'), is: 201 },
      { call: `DELETE ${OWN}/c`, is: 200 },
      {
        call: `GET ${OWN}?limit=2&continue={next}`,
        is: 200,
        has: {
          'items.0.metadata.name': 'c',
          'items.1': undefined,
          'metadata.continue': undefined,
          'metadata.remainingItemCount': undefined,
          'metadata.resourceVersion': '{rv}',
        },
      },
      {
        call: `GET ${OWN}?limit=1&labelSelector=l%3Dx`,
        is: 200,
        has: { 'items.0.metadata.name': 'a', 'metadata.continue': THERE, 'metadata.remainingItemCount': undefined },
      },
      { call: `GET ${OWN}?limit=2&continue=broken`, is: 400, has: { message: /continue key is not valid/ } },
      { call: `GET ${OWN}?limit=two`, is: 400 },
    ],
  },
  {
    name: 'resourceVersion and resourceVersionMatch of lists',
    source: `${CONCEPTS}/#semantics-for-get-and-list`,
    steps: [
      { call: `GET ${OWN}?resourceVersion=0`, is: 200, has: { 'items.0.metadata.name': 'a' } },
      { call: `GET ${OWN}?resourceVersion=1`, is: 200 },
      { call: `GET ${OWN}?resourceVersion=1&resourceVersionMatch=NotOlderThan`, is: 200 },
      { call: `GET ${OWN}/a`, is: 200, keep: { rv: 'metadata.resourceVersion' } },
      {
        call: `GET ${OWN}?resourceVersion={rv}&resourceVersionMatch=Exact`,
        is: 200,
        has: { 'metadata.resourceVersion': '{rv}', 'items.1': undefined },
      },
      {
        call: `GET ${OWN}?resourceVersionMatch=Exact`,
        is: 422,
        has: {
          reason: 'Invalid',
          message:
            /resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided/,
        },
      },
      {
        call: `GET ${OWN}?resourceVersion=0&resourceVersionMatch=Exact`,
        is: 422,
        has: { message: /resourceVersionMatch "Exact" is forbidden for resourceVersion "0"/ },
      },
      {
        call: `GET ${OWN}?resourceVersion=1&resourceVersionMatch=About`,
        is: 422,
        has: { message: /resourceVersionMatch: Unsupported value: "About"/ },
      },
      {
        call: `GET ${OWN}?sendInitialEvents=true`,
        is: 422,
        has: { message: /sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list/ },
      },
      {
        call: `GET ${OWN}?watch=1&sendInitialEvents=true`,
        is: 422,
        has: { message: /sendInitialEvents requires setting resourceVersionMatch to NotOlderThan/ },
      },
      {
        call: `GET ${OWN}?watch=1&resourceVersion=1&resourceVersionMatch=NotOlderThan`,
        is: 422,
        has: { message: /forbidden for watch unless sendInitialEvents is provided/ },
      },
      { call: `GET ${OWN}?resourceVersion=abc`, is: 400, has: { message: /resourceVersion/ } },
      {
        call: `GET ${OWN}?resourceVersion=99999999`,
        is: 504,
        has: { reason: 'Timeout', message: /Too large resource version/ },
      },
    ],
  },
  {
    name: 'selectors',
    source: 'kubernetes.io/docs/concepts/overview/working-with-objects/labels, field-selectors',
    steps: [
      { call: `GET ${OWN}?labelSelector=l`, is: 200, has: { 'items.1.metadata.name': 'b', 'items.2': undefined } },
      { call: `GET ${OWN}?labelSelector=%21l`, is: 200, has: { 'items.0.metadata.name': 'bb', 'items.1': undefined } },
      { call: `GET ${OWN}?labelSelector=l%20in%20(x,y)`, is: 200, has: { 'items.1.metadata.name': 'b' } },
      { call: `GET ${OWN}?labelSelector=l%20notin%20(x)`, is: 200, has: { 'items.0.metadata.name': 'bb' } },
      { call: `GET ${OWN}?labelSelector=%3D%3D`, is: 400, has: { reason: 'BadRequest' } },
      {
        call: `GET ${OWN}?fieldSelector=metadata.name%3Db`,
        is: 200,
        has: { 'items.0.metadata.name': 'b', 'items.1': undefined },
      },
      { call: `GET ${OWN}?fieldSelector=metadata.name!%3Db`, is: 200, has: { 'items.0.metadata.name': 'a' } },
      { call: `GET ${OWN}?fieldSelector=data.n%3D1`, is: 400, has: { message: /field label not supported/ } },
      { call: `GET ${PODS}?fieldSelector=spec.nodeName%3Dx,status.phase%3DRunning`, is: 200, has: { items: [] } },
      {
        call: 'GET /api/v1/configmaps?fieldSelector=metadata.namespace%3Dlists',
        is: 200,
        has: { 'items.0.metadata.namespace': 'lists' },
      },
    ],
  },
  {
    name: 'forms of an answer: tables, metadata alone, YAML',
    source: `${CONCEPTS}/#alternate-representations-of-resources, #receiving-resources-as-tables`,
    steps: [
      {
        call: `GET ${OWN}`,
        headers: { accept: TABLE },
        is: 200,
        has: {
          kind: 'Table',
          apiVersion: 'meta.k8s.io/v1',
          'columnDefinitions.0.name': 'Name',
          'columnDefinitions.0.format': 'name',
          'rows.0.cells.0': 'a',
          'rows.0.object.kind': 'PartialObjectMetadata',
          'metadata.resourceVersion': THERE,
        },
      },
      {
        call: `GET ${OWN}/a`,
        headers: { accept: TABLE },
        is: 200,
        has: { kind: 'Table', 'rows.0.cells.0': 'a', 'rows.1': undefined },
      },
      {
        call: `GET ${OWN}?includeObject=None`,
        headers: { accept: TABLE },
        is: 200,
        has: { 'rows.0.cells.0': 'a', 'rows.0.object': null },
      },
      {
        call: `GET ${OWN}?includeObject=Object`,
        headers: { accept: TABLE },
        is: 200,
        has: { 'rows.0.object.kind': 'ConfigMap', 'rows.0.object.data.n': '1' },
      },
      { call: `GET ${OWN}`, headers: { accept: `${TABLE},application/json` }, is: 200, has: { kind: 'Table' } },
      {
        call: `GET ${OWN}/a`,
        headers: { accept: PARTIAL },
        is: 200,
        has: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', data: undefined, 'metadata.name': 'a' },
      },
      {
        call: `GET ${OWN}`,
        headers: { accept: PARTIALS },
        is: 200,
        has: { kind: 'PartialObjectMetadataList', 'items.0.data': undefined },
      },
      {
        call: `GET ${OWN}/a`,
        headers: { accept: 'application/yaml' },
        is: 200,
        header: { 'content-type': /^application\/yaml/ },
      },
      { call: `GET ${OWN}/a`, headers: { accept: '*/*' }, is: 200, has: { kind: 'ConfigMap' } },
      { call: `GET ${MAPS}`, headers: { accept: 'application/json;as=Tabel;v=v1;g=meta.k8s.io' }, is: 406 },
    ],
  },
  {
    name: 'discovery',
    source: `${CONCEPTS}/#api-discovery`,
    steps: [
      { call: 'GET /api', is: 200, has: { kind: 'APIVersions', versions: ['v1'] } },
      {
        call: 'GET /apis',
        is: 200,
        has: { kind: 'APIGroupList', apiVersion: 'v1', 'groups.0.preferredVersion.groupVersion': THERE },
      },
      { call: 'GET /apis/apps', is: 200, has: { kind: 'APIGroup', name: 'apps', 'preferredVersion.version': 'v1' } },
      {
        call: 'GET /apis/apps/v1',
        is: 200,
        has: { kind: 'APIResourceList', groupVersion: 'apps/v1', 'resources.0.verbs': THERE },
      },
      { call: 'GET /apis/none', is: 404 },
      {
        call: 'GET /apis',
        headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
        is: 200,
        has: {
          kind: 'APIGroupDiscoveryList',
          apiVersion: 'apidiscovery.k8s.io/v2',
          'items.0.versions.0.resources': THERE,
        },
      },
      { call: 'GET /openapi/v3', is: 200, has: { 'paths.api/v1.serverRelativeURL': /hash=/ } },
      { call: 'GET /version', is: 200, has: { major: '1', gitVersion: /^v1\./ } },
      { call: 'GET /readyz', headers: { authorization: '' }, is: 200 },
    ],
  },
];
