import type { Cluster } from '../cluster/cluster.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import { happens } from '../matching/fraction.js';
import { groupsOf, RouterAccounting } from './router-accounting.js';

/**
 * Answers a request of a cluster whose endpoints' source says that part of the traffic is to be dropped. All of it is another
 * thing than part of it: the client is told that trying again is of no use.
 * @returns whether it did
 */
export function dropsForOverload(stream: HttpStream, cluster: Cluster, suppressEnvoyHeaders: boolean): boolean {
  const { dropOverload } = cluster;
  if (dropOverload === 0 || !happens(dropOverload, stream.manager.context.random)) return false;
  const all = dropOverload === 1;
  const name = all ? 'unconditional drop overload' : 'drop overload';
  new RouterAccounting(cluster, stream.internal, groupsOf(stream)).status(503);
  const flag = all ? FLAG.unconditionalDropOverload : FLAG.dropOverload;
  stream.localReply(503, name, flag, name.replaceAll(' ', '_'), (headers) => {
    if (!suppressEnvoyHeaders) headers.add(`x-envoy-${name.replaceAll(' ', '-')}`, 'true');
  });
  return true;
}
