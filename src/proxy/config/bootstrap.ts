import { fromBinary, fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { messageOf } from '../../base/errors.js';
import { type Bootstrap, BootstrapSchema } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { NodeSchema } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { NodeIdentity } from '../context.js';
import { ProxyError } from '../errors.js';
import type { SocketAddress } from '../network.js';
import { BOOTSTRAP_TYPES } from './bootstrap-types.js';
import { checkJson } from './json-check.js';
import { readYaml } from './read-yaml.js';
import { checkSupported } from './walker.js';

export interface LoadedBootstrap {
  readonly message: Bootstrap;
  readonly node: NodeIdentity;
  readonly admin: SocketAddress | undefined;
}

/** What the command line says beside the file; it goes before what the file says. */
export interface BootstrapOverrides {
  /** YAML that is merged into the file's message: lists grow, single fields are replaced. */
  readonly configYaml?: string | undefined;
  readonly serviceNode?: string | undefined;
  readonly serviceCluster?: string | undefined;
  readonly serviceZone?: string | undefined;
}

/**
 * Reads an Envoy bootstrap, YAML or JSON.
 * @throws ProxyError INVALID_BOOTSTRAP with the path of the field
 */
export function loadBootstrap(text: string, overrides: BootstrapOverrides = {}): LoadedBootstrap {
  let message = read(text);
  if (overrides.configYaml !== undefined) message = merge(message, read(overrides.configYaml));
  override(message, overrides);
  checkBootstrap(message);
  const address = message.admin?.address?.address;
  const admin =
    address?.case === 'socketAddress' && address.value.portSpecifier.case === 'portValue'
      ? { address: address.value.address, port: address.value.portSpecifier.value }
      : undefined;
  return { message, node: nodeOf(message), admin };
}

function read(text: string): Bootstrap {
  try {
    const json = readYaml(text);
    checkJson(BootstrapSchema, json, BOOTSTRAP_TYPES);
    return fromJson(BootstrapSchema, json, { registry: BOOTSTRAP_TYPES });
  } catch (error) {
    throw new ProxyError(
      'INVALID_BOOTSTRAP',
      `Cannot read the bootstrap: ${messageOf(error)}`,
      'Compare it with Envoy’s `Bootstrap` message.',
      { cause: error },
    );
  }
}

/** The bytes of two messages one after the other are both of them merged. Source: the encoding of Protocol Buffers. */
function merge(message: Bootstrap, over: Bootstrap): Bootstrap {
  const bytes = [toBinary(BootstrapSchema, message), toBinary(BootstrapSchema, over)];
  return fromBinary(BootstrapSchema, Buffer.concat(bytes));
}

function override(message: Bootstrap, { serviceNode, serviceCluster, serviceZone }: BootstrapOverrides): void {
  const said = {
    ...(serviceNode !== undefined && { id: serviceNode }),
    ...(serviceCluster !== undefined && { cluster: serviceCluster }),
    ...(serviceZone !== undefined && { locality: { zone: serviceZone } }),
  };
  if (Object.keys(said).length === 0) return;
  message.node = fromBinary(
    NodeSchema,
    Buffer.concat([
      toBinary(NodeSchema, message.node ?? fromJson(NodeSchema, {})),
      toBinary(NodeSchema, fromJson(NodeSchema, said)),
    ]),
  );
}

function checkBootstrap(message: Bootstrap): void {
  try {
    checkSupported(BootstrapSchema, message);
  } catch (error) {
    const hint = 'docs/compatibility.md lists what is supported; leave the field out.';
    throw new ProxyError('INVALID_BOOTSTRAP', `Cannot run the bootstrap: ${messageOf(error)}`, hint, { cause: error });
  }
}

function nodeOf(bootstrap: Bootstrap): NodeIdentity {
  const { node } = bootstrap;
  return {
    id: node?.id ?? '',
    cluster: node?.cluster ?? '',
    metadata: (node?.metadata ?? {}) as JsonObject,
    locality: { region: node?.locality?.region ?? '', zone: node?.locality?.zone ?? '' },
  };
}
