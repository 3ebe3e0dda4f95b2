import type { Call } from '../../../apiserver/http/call.js';
import { sendJson } from '../../../apiserver/http/respond.js';
import type { ApiExtension } from '../../../apiserver/http/server.js';
import { methodNotAllowed, noSuchPath, StatusError } from '../../../apiserver/status-error.js';
import type { ProxyStates } from '../proxy-states.js';
import type { Acknowledgements, AwaitedObject } from './acknowledgements.js';
import { proxyFacts } from './proxy-facts.js';

const OBJECTS_MAX = 500;
const WAIT_MAX_S = 60;
const MS_PER_S = 1_000;

export interface MeshApiOptions {
  readonly proxies: Pick<ProxyStates, 'all'>;
  readonly acknowledgements: Pick<Acknowledgements, 'wait'>;
}

/**
 * What the mesh says of itself, beside the Kubernetes API and with its credentials: `kubectl get --raw /trysail/v1/proxies`, and
 * `/trysail/v1/acknowledged?object=RouteRule/shop/cart@17&timeoutSeconds=10`, which answers when all proxies have it.
 */
export class MeshApi implements ApiExtension {
  readonly name = 'trysail';

  constructor(private readonly options: MeshApiOptions) {}

  async handle(call: Call, [version, what, ...rest]: readonly string[]): Promise<void> {
    if (version !== 'v1' || rest.length > 0) throw noSuchPath();
    if (what !== 'proxies' && what !== 'acknowledged') throw noSuchPath();
    if (call.request.method !== 'GET') throw methodNotAllowed();
    if (what === 'acknowledged') await this.acknowledged(call);
    else sendJson(call.response, 200, { proxies: this.options.proxies.all().map(proxyFacts) });
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
