import { INGRESSES } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { IngressObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const OUR_CLASS = 'istio';

/** Says in each Ingress that the mesh serves where it is served. */
export class IngressStatusController extends Controller {
  private readonly ingresses: Informer<IngressObject>;

  /** @param address IP at which the gateway listens */
  constructor(
    context: ControllerContext,
    private readonly address: string,
  ) {
    super('ingress-status-controller', context);
    this.ingresses = context.informers.informer(INGRESSES);
  }

  start(): void {
    this.ingresses.addHandler({
      onAdd: (ingress) => this.queue.add(keyOf(ingress)),
      onUpdate: (ingress) => this.queue.add(keyOf(ingress)),
    });
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const ingress = this.ingresses.get(name, namespace);
    if (!ingress || !isOurs(ingress)) return;
    const status: IngressObject['status'] = { loadBalancer: { ingress: [{ ip: this.address }] } };
    if (!sameJson(ingress.status, status)) await this.context.client.updateStatus(INGRESSES, { ...ingress, status });
  }
}

function isOurs({ metadata, spec }: IngressObject): boolean {
  const className = spec?.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION];
  return className === undefined || className === OUR_CLASS;
}
