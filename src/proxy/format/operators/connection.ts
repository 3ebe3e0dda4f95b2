import { formatAddress } from '../../network.js';
import { type Operator, some } from '../operator.js';

/** What is about the downstream connection. */
export const CONNECTION_OPERATORS: Readonly<Record<string, Operator>> = {
  CONNECTION_ID: ({ connection }) => connection.id,
  CONNECTION_TERMINATION_DETAILS: (info) => some(info.terminationDetails),
  FILTER_CHAIN_NAME: (info) => some(info.filterChainName),
  REQUESTED_SERVER_NAME: ({ connection }) => some(connection.requestedServerName),
  DOWNSTREAM_TRANSPORT_FAILURE_REASON: ({ connection }) => some(connection.transportFailure),
  DOWNSTREAM_REMOTE_ADDRESS: ({ connection }) => formatAddress(connection.remoteAddress, connection.remotePort),
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: ({ connection }) => connection.remoteAddress,
  DOWNSTREAM_REMOTE_PORT: ({ connection }) => connection.remotePort,
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS: ({ connection }) =>
    formatAddress(connection.directRemoteAddress, connection.directRemotePort),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT: ({ connection }) => connection.directRemoteAddress,
  DOWNSTREAM_DIRECT_REMOTE_PORT: ({ connection }) => connection.directRemotePort,
  DOWNSTREAM_DIRECT_LOCAL_ADDRESS: ({ connection }) =>
    formatAddress(connection.directLocalAddress, connection.directLocalPort),
  DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT: ({ connection }) => connection.directLocalAddress,
  DOWNSTREAM_DIRECT_LOCAL_PORT: ({ connection }) => connection.directLocalPort,
  DOWNSTREAM_LOCAL_ADDRESS: ({ connection }) => formatAddress(connection.localAddress, connection.localPort),
  DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: ({ connection }) => connection.localAddress,
  DOWNSTREAM_LOCAL_PORT: ({ connection }) => connection.localPort,
};
