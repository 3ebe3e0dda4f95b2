import {
  DESTINATION_POLICY,
  DESTINATION_RULE,
  EGRESS_RULE,
  GATEWAY,
  ROUTE_RULE,
  SERVICE_ENTRY,
  VIRTUAL_SERVICE,
} from './bases.js';
import { badManifests, type Mistake, REMOVED } from './manifest.js';

const HOST = 'must be a host name, for example reviews';
const DURATION = 'must be a duration with a unit';
const REGEX = 'must be a regular expression in RE2 syntax';
const PERCENT = 'must be between 0 and 100';
const http = 'spec.http[0]';

const ROUTE_RULES: readonly Mistake[] = [
  ['spec', REMOVED, 'the service whose requests the rule routes', 'spec.destination'],
  ['spec.destination', {}, 'the name of the service', 'spec.destination.name'],
  ['spec.destination.name', 'a b', 'must consist of lower case letters'],
  ['spec.destination', { name: 'a', service: 'b' }, 'may not be set together with service', 'spec.destination.name'],
  ['spec.precedence', 'high', 'must be of type integer'],
  ['spec.route[0].weight', 101, PERCENT],
  ['spec.route[0].weight', 50.5, 'must be of type integer'],
  ['spec.route', [{ weight: 60 }, { weight: 60 }], 'the weights must add up to 100'],
  ['spec.route', [], 'at least one destination'],
  ['spec.match.request.headers[cookie]', { regex: '(' }, REGEX, 'spec.match.request.headers[cookie].regex'],
  [
    'spec.match.request.headers[cookie]',
    { regex: 'a'.repeat(2000) },
    'must not be longer than 1024',
    'spec.match.request.headers[cookie].regex',
  ],
  ['spec.match.request.headers[cookie]', { exact: 'a', prefix: 'b' }, 'must have only one of exact, prefix and regex'],
  ['spec.match.request.headers[cookie]', {}, 'one of exact, prefix and regex'],
  [
    'spec.match.request.headers',
    { 'a b': { exact: 'x' } },
    'must be the name of an HTTP header',
    'spec.match.request.headers[a b]',
  ],
  [
    'spec.match.request.headers',
    { Cookie: { exact: 'x' } },
    'the name must be in lower case',
    'spec.match.request.headers[Cookie]',
  ],
  ['spec.redirect', { uri: '/a' }, 'may not be set together with spec.redirect', 'spec.route'],
  ['spec.rewrite', {}, 'uri or authority'],
  ['spec.httpReqTimeout', { simpleTimeout: { timeout: '5' } }, DURATION, 'spec.httpReqTimeout.simpleTimeout.timeout'],
  [
    'spec.httpReqTimeout',
    { simpleTimeout: { timeout: '5 parsecs' } },
    DURATION,
    'spec.httpReqTimeout.simpleTimeout.timeout',
  ],
  [
    'spec.httpReqRetries',
    { simpleRetry: { attempts: -1 } },
    'must be at least 0',
    'spec.httpReqRetries.simpleRetry.attempts',
  ],
  ['spec.httpFault', { delay: { percent: 120, fixedDelay: '1s' } }, PERCENT, 'spec.httpFault.delay.percent'],
  [
    'spec.httpFault',
    { abort: { percent: 1, httpStatus: 99 } },
    'must be between 200 and 599',
    'spec.httpFault.abort.httpStatus',
  ],
  ['spec.corsPolicy', { allowOrigin: ['*'], maxAge: 'soon' }, DURATION, 'spec.corsPolicy.maxAge'],
];

const VIRTUAL_SERVICES: readonly Mistake[] = [
  ['spec', REMOVED, 'hosts and their routes'],
  [
    'spec',
    { hosts: [], gateways: ['edge'], http: [{ route: [{ destination: { host: 'web' } }] }] },
    'may be set only together with spec.hosts',
    'spec.gateways',
  ],
  ['spec.hosts', 'web', 'must be of type array'],
  ['spec.hosts[0]', 'a b', HOST],
  ['spec.hosts[0]', '*', "'*' is allowed only where spec.gateways names gateways"],
  ['spec.hosts[0]', 'a.*.b', "'*' may stand only for the whole first part"],
  ['spec.hosts', ['web', 'web'], 'Duplicate value: "web"', 'spec.hosts[1]'],
  ['spec.http', [], 'at least one route'],
  [http, {}, 'one of route, redirect, directResponse and delegate'],
  [`${http}.redirect`, { uri: '/a' }, 'must have only one of route, redirect and directResponse', http],
  [`${http}.route[0].destination.host`, REMOVED, 'Required value'],
  [`${http}.route[0].destination.host`, 'a/b', HOST],
  [`${http}.route[0].destination.subset`, 'V_1', 'must consist of lower case letters'],
  [
    `${http}.route[0].destination.port`,
    { number: 0 },
    /between 1 and|greater than or equal to 1/,
    `${http}.route[0].destination.port.number`,
  ],
  [`${http}.route[0].weight`, -1, 'must be at least 0'],
  [`${http}.match[0].uri`, { exact: '/', prefix: '/' }, 'must have only one of'],
  [`${http}.match[0].uri`, { regex: '[' }, REGEX, `${http}.match[0].uri.regex`],
  [`${http}.match[0].uri`, { regex: '(?=a)' }, REGEX, `${http}.match[0].uri.regex`],
  [`${http}.match[0].uri`, '/a', 'must be of type object'],
  [
    `${http}.match[0].headers`,
    { 'a b': { exact: 'x' } },
    'must be the name of an HTTP header',
    `${http}.match[0].headers[a b]`,
  ],
  [`${http}.timeout`, '5', DURATION],
  [`${http}.timeout`, '-1s', DURATION],
  [`${http}.timeout`, 5, 'must be of type string'],
  [`${http}.retries`, { attempts: 1, retryOn: 'sometimes' }, 'supported values: "5xx"', `${http}.retries.retryOn`],
  [`${http}.retries`, { attempts: 1, perTryTimeout: 'x' }, DURATION, `${http}.retries.perTryTimeout`],
  [`${http}.fault`, {}, 'delay or abort'],
  [
    `${http}.fault`,
    { delay: { percentage: { value: 101 }, fixedDelay: '1s' } },
    PERCENT,
    `${http}.fault.delay.percentage.value`,
  ],
  [`${http}.fault`, { abort: { percentage: { value: 1 } } }, 'the status to answer', `${http}.fault.abort.httpStatus`],
  [`${http}.mirrorPercent`, 101, /between 0 and 100|less than or equal/],
  [`${http}.rewrite`, {}, 'one of uri, authority and uriRegexRewrite'],
  [
    `${http}.headers`,
    { request: { set: { 'a b': 'c' } } },
    'must be the name of an HTTP header',
    `${http}.headers.request.set[a b]`,
  ],
  ['spec.tcp', [{ route: [] }], 'at least one destination', 'spec.tcp[0].route'],
];

const policy = 'spec.trafficPolicy';
const DESTINATION_RULES: readonly Mistake[] = [
  ['spec.host', REMOVED, 'the service that the rule is for'],
  ['spec.host', 'a b', HOST],
  ['spec.subsets[0].name', 'V_1', 'must consist of lower case letters'],
  ['spec.subsets[0].name', REMOVED, 'Required value'],
  ['spec.subsets', [{ name: 'a' }, { name: 'a' }], 'Duplicate value: "a"', 'spec.subsets[1].name'],
  [
    `${policy}.connectionPool.tcp`,
    { maxConnections: -1 },
    'must be at least 0',
    `${policy}.connectionPool.tcp.maxConnections`,
  ],
  [`${policy}.connectionPool.tcp`, { connectTimeout: '1' }, DURATION, `${policy}.connectionPool.tcp.connectTimeout`],
  [`${policy}.outlierDetection`, { maxEjectionPercent: 101 }, PERCENT, `${policy}.outlierDetection.maxEjectionPercent`],
  [`${policy}.outlierDetection`, { interval: 'soon' }, DURATION, `${policy}.outlierDetection.interval`],
  [`${policy}.loadBalancer`, { simple: 'FASTEST' }, 'supported values:', `${policy}.loadBalancer.simple`],
  [`${policy}.tls`, { mode: 'MUTUAL' }, 'a file, or credentialName', `${policy}.tls.clientCertificate`],
];

const GATEWAYS: readonly Mistake[] = [
  ['spec', REMOVED, 'at least one server', 'spec.servers'],
  ['spec.servers', [], 'at least one server'],
  ['spec.servers[0].hosts', [], "at least one host, or '*' for all"],
  ['spec.servers[0].hosts[0]', 'a b', HOST],
  ['spec.servers[0].port.number', 0, 'should be greater than or equal to 1'],
  ['spec.servers[0].port.protocol', 'GOPHER', 'supported values: "HTTP"'],
  ['spec.servers[0].port', REMOVED, 'Required value'],
  ['spec.servers[0].tls', { mode: 'SIMPLE' }, 'for TLS its protocol is HTTPS'],
];

const SERVICE_ENTRIES: readonly Mistake[] = [
  ['spec.hosts', [], 'at least one host'],
  ['spec.hosts[0]', '*', 'would be every host'],
  ['spec.addresses', ['10.0.0.0/99'], 'must be an IP address or a CIDR', 'spec.addresses[0]'],
  ['spec.ports[0].protocol', 'GOPHER', 'supported values:'],
  ['spec.ports[0].number', 70_000, 'should be less than or equal to 65535'],
  ['spec.resolution', 'GUESS', 'supported values:'],
  [
    'spec',
    { hosts: ['a.test'], resolution: 'STATIC', endpoints: [{ address: 'a.test' }] },
    'must be an IP address with resolution STATIC',
    'spec.endpoints[0].address',
  ],
  ['spec', { hosts: ['a.test'], endpoints: [{ address: '10.0.0.1' }] }, 'choose STATIC or DNS', 'spec.endpoints'],
];

export const BAD_ISTIO = [
  ...badManifests(ROUTE_RULE, ROUTE_RULES),
  ...badManifests(VIRTUAL_SERVICE, VIRTUAL_SERVICES),
  ...badManifests(DESTINATION_RULE, DESTINATION_RULES),
  ...badManifests(GATEWAY, GATEWAYS),
  ...badManifests(SERVICE_ENTRY, SERVICE_ENTRIES),
  ...badManifests(DESTINATION_POLICY, [
    ['spec.destination', REMOVED, 'the service that the policy is for'],
    ['spec.circuitBreaker', REMOVED, 'loadBalancing or circuitBreaker', 'spec'],
    [
      'spec.circuitBreaker.simpleCb',
      { maxConnections: -1 },
      'must be at least 0',
      'spec.circuitBreaker.simpleCb.maxConnections',
    ],
    [
      'spec.circuitBreaker.simpleCb',
      { httpMaxEjectionPercent: 101 },
      PERCENT,
      'spec.circuitBreaker.simpleCb.httpMaxEjectionPercent',
    ],
    ['spec.loadBalancing', { name: 'FASTEST' }, 'supported values: "ROUND_ROBIN"', 'spec.loadBalancing.name'],
  ]),
  ...badManifests(EGRESS_RULE, [
    ['spec.destination', { name: 'a' }, 'the host outside the mesh', 'spec.destination.service'],
    ['spec.destination.service', 'a b', HOST],
    ['spec.ports', [], 'at least one port'],
    ['spec.ports[0].protocol', 'gopher', 'supported values: "http"'],
    ['spec.ports[0].protocol', 'tcp', 'needs an address or CIDR'],
    ['spec.ports[0].port', 0, 'should be greater than or equal to 1'],
  ]),
];
