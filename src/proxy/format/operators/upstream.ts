import { type Operator, some } from '../operator.js';

/** What is about the cluster, its host and the connection to it. */
export const UPSTREAM_OPERATORS: Readonly<Record<string, Operator>> = {
  UPSTREAM_HOST: ({ upstreamHost }) => upstreamHost?.id,
  UPSTREAM_HOST_NAME: ({ upstreamHost }) => upstreamHost?.hostname || upstreamHost?.id,
  UPSTREAM_HOST_NAME_WITHOUT_PORT: ({ upstreamHost }) => upstreamHost?.hostname || upstreamHost?.address,
  UPSTREAM_REMOTE_ADDRESS: ({ upstreamHost }) => upstreamHost?.id,
  UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: ({ upstreamHost }) => upstreamHost?.address,
  UPSTREAM_REMOTE_PORT: ({ upstreamHost }) => upstreamHost?.port,
  UPSTREAM_LOCAL_ADDRESS: ({ upstreamLocalAddress }) => some(upstreamLocalAddress),
  UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: ({ upstreamLocalAddress }) =>
    some(upstreamLocalAddress.slice(0, upstreamLocalAddress.lastIndexOf(':')).replaceAll(/[[\]]/g, '')),
  UPSTREAM_LOCAL_PORT: ({ upstreamLocalAddress }) =>
    upstreamLocalAddress === ''
      ? undefined
      : Number(upstreamLocalAddress.slice(upstreamLocalAddress.lastIndexOf(':') + 1)),
  UPSTREAM_CLUSTER: (info) => some(info.upstreamCluster?.config.altStatName || info.clusterName),
  UPSTREAM_CLUSTER_RAW: (info) => some(info.clusterName),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: (info) => info.attempts,
  UPSTREAM_TRANSPORT_FAILURE_REASON: (info) => some(info.transportFailure),
  UPSTREAM_PROTOCOL: (info) => some(info.upstreamProtocol),
  UPSTREAM_CONNECTION_ID: (info) => info.upstreamConnectionId,
};
