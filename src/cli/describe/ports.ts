import type { ServicePort as KubeServicePort } from 'kubernetes-types/core/v1.js';
import { protocolOf } from '../../compiler/model/protocol.js';
import type { Protocol, Service, ServicePort } from '../../compiler/model/types.js';
import type { KubeObject } from '../../resources/object.js';

/** Whose number says nothing of a protocol. */
const ANY_PORT = 1;

const SHOWN: Readonly<Record<string, string>> = { auto: 'auto-detect', http2: 'HTTP2' };

/** `Port: http 8080/HTTP targets pod port 8080 (protocol by the port's name)`, for each port. */
export function portLines({ ports }: Service, object: KubeObject | undefined): string[] {
  const written = ((object as { spec?: { ports?: KubeServicePort[] } } | undefined)?.spec?.ports ??
    []) as readonly KubeServicePort[];
  return ports.map((port) => {
    const target = port.targetPort ?? port.number;
    const why = reason(port, written.find(({ port: number }) => number === port.number)?.appProtocol);
    const name = port.name === '' ? '' : `${port.name} `;
    return `   Port: ${name}${port.number}/${shown(port.protocol)} targets pod port ${target} (${why})`;
  });
}

function shown(protocol: Protocol): string {
  return SHOWN[protocol] ?? protocol.toUpperCase();
}

function reason({ name, protocol }: ServicePort, appProtocol: string | undefined): string {
  if (appProtocol !== undefined && protocol !== 'auto') return `protocol by its appProtocol ${appProtocol}`;
  if (protocol === 'auto') {
    return `neither appProtocol nor the name ${JSON.stringify(name)} says a protocol, so the first bytes do`;
  }
  return protocolOf(name, undefined, ANY_PORT) === 'auto'
    ? 'a port of a protocol in which servers speak first, and its name says no other'
    : "protocol by the port's name";
}
