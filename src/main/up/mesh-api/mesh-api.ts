import type { Call } from '../../../apiserver/http/call.js';
import { sendJson } from '../../../apiserver/http/respond.js';
import type { ApiExtension } from '../../../apiserver/http/server.js';
import { methodNotAllowed, noSuchPath, notFound, StatusError } from '../../../apiserver/status-error.js';
import { messageOf } from '../../../base/errors.js';
import { type Client, isNotFound } from '../../../client/client.js';
import type { PodAccess } from '../../../resources/core/pod-access.js';
import { PODS } from '../../../resources/gvr.js';
import type { PodObject } from '../../../resources/types.js';
import { type ConfigSource, TYPE_URL } from '../../../xds/server/source.js';
import type { ProxyStates } from '../proxy-states.js';
import type { Acknowledgements, AwaitedObject } from './acknowledgements.js';
import { askPodAdmin } from './pod-admin.js';
import { proxyFacts } from './proxy-facts.js';
import { proxyName } from './proxy-names.js';

const OBJECTS_MAX = 500;
const WAIT_MAX_S = 60;
const MS_PER_S = 1_000;

const COMPARED: ReadonlyMap<string, string> = new Map([
  [TYPE_URL.cluster, 'clusters'],
  [TYPE_URL.listener, 'listeners'],
  [TYPE_URL.route, 'routes'],
]);

export interface MeshApiOptions {
  readonly proxies: Pick<ProxyStates, 'all'>;
  readonly source: Pick<ConfigSource, 'resources'>;
  readonly acknowledgements: Pick<Acknowledgements, 'wait'>;
  readonly client: Pick<Client, 'get'>;
  readonly access: Pick<PodAccess, 'connect'>;
}

/**
 * What the mesh says of itself, beside the Kubernetes API and with its credentials: `kubectl get --raw /trysail/v1/proxies`, and
 * `/trysail/v1/acknowledged?object=RouteRule/shop/cart@17&timeoutSeconds=10`, which answers when all proxies have it, and
 * `/trysail/v1/proxies/NAMESPACE/POD/admin/config_dump`, a page of that pod's proxy.
 */
export class MeshApi implements ApiExtension {
  readonly name = 'trysail';

  constructor(private readonly options: MeshApiOptions) {}

  async handle(call: Call, [version, what, namespace, pod, part, ...page]: readonly string[]): Promise<void> {
    if (version !== 'v1') throw noSuchPath();
    if (what === 'proxies' && namespace && pod && part === 'admin') {
      await this.admin(call, namespace, pod, page);
      return;
    }
    if (what === 'proxies' && namespace && pod && part === 'resources' && page.length === 0) {
      if (call.request.method !== 'GET') throw methodNotAllowed();
      sendJson(call.response, 200, this.resources(`${pod}.${namespace}`));
      return;
    }
    if (namespace !== undefined || (what !== 'proxies' && what !== 'acknowledged')) throw noSuchPath();
    if (call.request.method !== 'GET') throw methodNotAllowed();
    if (what === 'acknowledged') await this.acknowledged(call);
    else sendJson(call.response, 200, { proxies: this.options.proxies.all().map(proxyFacts) });
  }

  /** A page of the admin interface of a pod's proxy. What changes the proxy takes POST there, and so here. */
  private async admin({ request, response, query }: Call, namespace: string, name: string, page: readonly string[]) {
    const { method = 'GET' } = request;
    if (method !== 'GET' && method !== 'POST') throw methodNotAllowed();
    const { access, client } = this.options;
    const pod = await client.get<PodObject>(PODS, name, namespace).catch((error: unknown) => {
      throw isNotFound(error) ? notFound({ group: '', resource: 'pods' }, name) : error;
    });
    const { nodeName } = pod.spec;
    if (!nodeName) throw badRequest(`pod ${namespace}/${name} runs on no node yet`);
    const search = query.size === 0 ? '' : `?${query}`;
    const path = `/${page.map(encodeURIComponent).join('/')}${search}`;
    const answer = await askPodAdmin(access, { namespace, name, node: nodeName }, { method, path }).catch((error) => {
      throw new StatusError(503, 'ServiceUnavailable', messageOf(error));
    });
    response.writeHead(answer.status, { 'content-type': answer.type, 'content-length': answer.body.length });
    response.end(answer.body);
  }

  /** Names and versions of what a proxy is to have. */
  private resources(name: string): Record<string, Record<string, string>> {
    const proxy = this.options.proxies.all().find(({ id }) => proxyName(id) === name);
    const resources = proxy && this.options.source.resources(proxy.node);
    if (resources === undefined) throw new StatusError(404, 'NotFound', `no proxy ${name} is connected`);
    return Object.fromEntries(
      [...COMPARED].map(([typeUrl, kind]) => {
        const versions = [...(resources.get(typeUrl)?.values() ?? [])].map((each) => [each.name, each.version]);
        return [kind, Object.fromEntries(versions)];
      }),
    );
  }

  private async acknowledged({ query, response }: Call): Promise<void> {
    const objects = query.getAll('object').map(awaitedObject);
    if (objects.length === 0 || objects.length > OBJECTS_MAX) {
      throw badRequest(`between 1 and ${OBJECTS_MAX} parameters object=KIND/NAMESPACE/NAME@RESOURCEVERSION are needed`);
    }
    const timeout_s = Number(query.get('timeoutSeconds') ?? WAIT_MAX_S);
    if (!(timeout_s >= 0) || timeout_s > WAIT_MAX_S) {
      throw badRequest(`timeoutSeconds must be a number between 0 and ${WAIT_MAX_S}`);
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const outcome = await this.options.acknowledgements.wait(objects, timeout_s * MS_PER_S, gone.signal);
    if (!response.destroyed) sendJson(response, 200, outcome);
  }
}

/** `RouteRule/shop/cart@17`; without a version: deleted. */
function awaitedObject(text: string): AwaitedObject {
  const [ref = '', resourceVersion] = text.split('@');
  const [kind, namespace, name, ...more] = ref.split('/');
  const isVersion = resourceVersion === undefined || /^\d+$/.test(resourceVersion);
  if (!kind || namespace === undefined || !name || more.length > 0 || !isVersion) {
    throw badRequest(`cannot read object=${JSON.stringify(text)}: KIND/NAMESPACE/NAME@RESOURCEVERSION is needed`);
  }
  return { kind, namespace, name, ...(resourceVersion !== undefined && { resourceVersion }) };
}

function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}
