import { MERGE, STRATEGIC, type Story, THERE } from './story.js';

const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const AUTHORIZATION = '/apis/authorization.k8s.io/v1';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const CARTS = '/apis/shop.test/v1/namespaces/default/carts';

const schema = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { items: { type: 'integer', default: 1 } } } },
};
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'carts.shop.test' },
  spec: {
    group: 'shop.test',
    scope: 'Namespaced',
    names: { plural: 'carts', kind: 'Cart' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
};

export const REVIEWS: readonly Story[] = [
  {
    name: 'tokens of service accounts',
    source: 'kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1, token-review-v1',
    steps: [
      { call: `POST ${ACCOUNTS}`, body: { metadata: { name: 'robot' } }, is: 201 },
      {
        call: `POST ${ACCOUNTS}/robot/token`,
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
        is: 201,
        has: { kind: 'TokenRequest', 'status.token': /^[\w-]+\.[\w-]+\.[\w-]+$/, 'status.expirationTimestamp': /Z$/ },
        keep: { token: 'status.token' },
      },
      {
        call: `POST ${ACCOUNTS}/robot/token`,
        body: { spec: { expirationSeconds: 1 } },
        is: 422,
        has: { reason: 'Invalid', message: /spec.expirationSeconds: Invalid value: 1/ },
      },
      { call: `POST ${ACCOUNTS}/nobody/token`, body: { spec: {} }, is: 404 },
      { call: `GET ${ACCOUNTS}/robot/token`, is: 405 },
      {
        call: 'POST /apis/authentication.k8s.io/v1/tokenreviews',
        body: { spec: { token: '{token}' } },
        is: 201,
        has: { 'status.authenticated': true, 'status.user.username': 'system:serviceaccount:default:robot' },
      },
      {
        call: 'POST /apis/authentication.k8s.io/v1/tokenreviews',
        body: { spec: { token: 'x' } },
        is: 201,
        has: { 'status.authenticated': false },
      },
    ],
  },
  {
    name: 'reviews of access',
    source: 'kubernetes.io/docs/reference/kubernetes-api/authorization-resources',
    steps: [
      {
        call: 'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
        is: 201,
        has: { 'status.userInfo.username': 'admin' },
      },
      {
        call: `POST ${AUTHORIZATION}/selfsubjectaccessreviews`,
        body: {
          kind: 'SelfSubjectAccessReview',
          apiVersion: 'authorization.k8s.io/v1',
          spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
        },
        is: 201,
        has: { kind: 'SelfSubjectAccessReview', 'status.allowed': true },
      },
      {
        call: `POST ${AUTHORIZATION}/selfsubjectaccessreviews`,
        body: { spec: {} },
        is: 422,
        has: {
          reason: 'Invalid',
          message: /exactly one of nonResourceAttributes or resourceAttributes must be specified/,
        },
      },
      {
        call: `POST ${AUTHORIZATION}/selfsubjectrulesreviews`,
        body: { spec: { namespace: 'default' } },
        is: 201,
        has: { 'status.resourceRules': THERE, 'status.incomplete': false },
      },
      {
        call: `POST ${AUTHORIZATION}/subjectaccessreviews`,
        body: { spec: { user: 'me', resourceAttributes: { verb: 'get', resource: 'pods' } } },
        is: 201,
        has: { 'status.allowed': THERE },
      },
    ],
  },
  {
    name: 'a definition makes a kind, and takes it away',
    source: 'kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions',
    steps: [
      { call: `GET ${CARTS}`, is: 404 },
      { call: `POST ${DEFINITIONS}`, body: definition, is: 201 },
      {
        call: `GET ${DEFINITIONS}/carts.shop.test`,
        is: 200,
        has: {
          'spec.names.singular': 'cart',
          'spec.names.listKind': 'CartList',
          'status.acceptedNames.kind': 'Cart',
          'status.storedVersions': ['v1'],
        },
      },
      { call: 'GET /apis/shop.test/v1', is: 200, has: { 'resources.0.kind': 'Cart', 'resources.0.namespaced': true } },
      {
        call: `POST ${CARTS}`,
        body: { apiVersion: 'shop.test/v1', kind: 'Cart', metadata: { name: 'c' }, spec: { lost: 1 } },
        is: 201,
        has: { spec: { items: 1 } },
      },
      { call: `GET ${CARTS}`, is: 200, has: { kind: 'CartList', apiVersion: 'shop.test/v1', 'items.0.kind': 'Cart' } },
      { call: `PATCH ${CARTS}/c`, type: STRATEGIC, body: {}, is: 415 },
      {
        call: `PATCH ${CARTS}/c`,
        type: MERGE,
        body: { spec: { items: 2 } },
        is: 200,
        has: { 'spec.items': 2, 'metadata.generation': 2 },
      },
      {
        call: `PATCH ${CARTS}/c`,
        type: MERGE,
        body: { spec: { items: 'x' } },
        is: 422,
        has: { message: /spec.items in body must be of type integer/ },
      },
      {
        call: `PATCH ${DEFINITIONS}/carts.shop.test`,
        type: MERGE,
        body: { spec: { scope: 'Cluster' } },
        is: 422,
        has: { message: /spec.scope: Invalid value: "Cluster": field is immutable/ },
      },
      { call: `DELETE ${DEFINITIONS}/carts.shop.test`, is: 200 },
    ],
  },
];
