import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors } from '../checks.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { Gateway, GatewaySpec, Server } from './types.js';
import { checkServerTls } from './validate-tls.js';

const PROTOCOLS = ['HTTP', 'HTTPS', 'GRPC', 'GRPC-WEB', 'HTTP2', 'MONGO', 'REDIS', 'MYSQL', 'TCP', 'TLS'];

export function validateGateway(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as Gateway).spec as GatewaySpec | undefined;
  if (!spec?.servers?.length) errors.required('spec.servers', 'at least one server: a port and its hosts');
  const names = new Set<string>();
  (spec?.servers ?? []).forEach((server, index) => {
    const field = `spec.servers[${index}]`;
    checkServer(errors, field, server);
    if (names.has(server.port?.name)) errors.duplicate(`${field}.port.name`, server.port.name);
    names.add(server.port?.name);
  });
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkServer(errors: FieldErrors, field: string, server: Server): void {
  const { port, hosts, bind } = server;
  if (port === undefined) errors.required(`${field}.port`, 'for example {number: 80, protocol: HTTP, name: http}');
  else if (!PROTOCOLS.includes(port.protocol.toUpperCase())) {
    errors.notSupported(`${field}.port.protocol`, port.protocol, PROTOCOLS);
  } else errors.range(`${field}.port.number`, port.number, 1, 65_535);
  if (bind) errors.ipAddress(`${field}.bind`, bind);
  checkServerTls(errors, `${field}.tls`, server);
  if (!hosts?.length) errors.required(`${field}.hosts`, "at least one host, or '*' for all");
  (hosts ?? []).forEach((host, index) => {
    const slash = host.indexOf('/');
    errors.host(`${field}.hosts[${index}]`, host.slice(slash + 1), true);
    const namespace = host.slice(0, Math.max(slash, 0));
    if (slash >= 0 && !['.', '*'].includes(namespace)) errors.dnsLabel(`${field}.hosts[${index}]`, namespace);
  });
}
