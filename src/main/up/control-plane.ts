import { Audit, type AuditSink } from '../../apiserver/audit/audit.js';
import { RbacAuthorizer } from '../../apiserver/authorization/rbac.js';
import { CustomKinds } from '../../apiserver/custom-resources/custom-kinds.js';
import { ApiServer } from '../../apiserver/http/server.js';
import { listPrefix, objectKey } from '../../apiserver/keys.js';
import { KindTable } from '../../apiserver/kind-table.js';
import { storedObject, storedObjects } from '../../apiserver/lookup.js';
import { ObjectApi } from '../../apiserver/object-api.js';
import { ServiceAccountTokens } from '../../apiserver/reviews/service-account-tokens.js';
import type { Clock } from '../../base/clock.js';
import { CleanupStack } from '../../base/dispose.js';
import type { Logger } from '../../base/logger.js';
import type { Random } from '../../base/random.js';
import type { Client } from '../../client/client.js';
import { EmbeddedClient } from '../../client/embedded-client.js';
import { DEFAULT_MESH_CONFIG, type MeshConfig } from '../../compiler/index.js';
import { writeKubeconfig } from '../../identity/kubeconfig.js';
import { ensurePki, type Pki, SERVER_NAMES } from '../../identity/pki.js';
import { PolicyServer } from '../../policy-server/index.js';
import { NAMESPACE } from '../../resources/core/namespace/index.js';
import { DefaultStorageClass } from '../../resources/core/persistent-volume-claim/default-class.js';
import { type PodEffects, WithoutEffectWarnings } from '../../resources/core/pod/without-effect.js';
import { ServiceAllocator } from '../../resources/core/service/allocator.js';
import { SERVICE } from '../../resources/core/service/index.js';
import { SERVICE_ACCOUNT } from '../../resources/core/service-account/index.js';
import { SidecarInjection } from '../../resources/injection/admission.js';
import { PROXY_IMAGE, PROXY_VERSION } from '../../resources/injection/sidecar.js';
import { PolicyExpressions } from '../../resources/istio/policy/admission.js';
import { attributeManifest } from '../../resources/istio/policy/attributemanifest.js';
import type { Gvr, KubeObject } from '../../resources/object.js';
import { KINDS } from '../../resources/registry.js';
import { defaultStorageClass, STORAGE_CLASS } from '../../resources/storage/storage-class/index.js';
import { RemotePodAccess } from '../../runtime/agent/server/remote-pod-access.js';
import { SharedInformers } from '../../runtime/controllers/framework/informers.js';
import { LocalFolders } from '../../runtime/controllers/persistent-volume/local-folders.js';
import { startControllers } from '../../runtime/controllers/start.js';
import { ephemeralStore, openStore } from '../../store/open.js';
import type { Store } from '../../store/store.js';
import { AdsServer } from '../../xds/server/ads-server.js';
import { LivePolicy } from './live-policy.js';
import { Acknowledgements } from './mesh-api/acknowledgements.js';
import { MeshApi } from './mesh-api/mesh-api.js';
import { MeshConfigSource } from './mesh-config.js';
import { ProxyStates } from './proxy-states.js';
import { StatusWriter } from './status/status-writer.js';
import { systemCaFile } from './system-ca.js';
import { API_SERVICE_IP, gatewayObjects, systemObjects } from './system-objects.js';

const LOOPBACK = '127.0.0.1';
/** The Kubernetes version whose API this is; kubectl compares it with its own. */
const KUBERNETES = { major: '1', minor: '32', patch: '0' };

export interface ControlPlaneOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly apiPort: number;
  readonly ephemeral: boolean;
  /** Takes the lines of the audit log; absent: none is kept. */
  readonly audit?: AuditSink;
  /** Whether roles and bindings decide who may do what; otherwise every known user may do everything. */
  readonly rbac: boolean;
  /** For pods that no Sidecar says it for. */
  readonly outboundTrafficPolicy?: MeshConfig['outboundTrafficPolicy'];
  /** Of the nodes' driver. */
  readonly effects: PodEffects;
  /** Folders and files; all made where missing. */
  readonly paths: {
    readonly store: string;
    readonly pki: string;
    /** For people and commands; and for the node agent. */
    readonly kubeconfig: string;
    readonly nodeKubeconfig: string;
    readonly adsSocket: string;
    readonly policySocket: string;
    /** What Mixer's stdio handlers write for proxies that ask the policy server. */
    readonly policyLog: string;
    /** Of dynamically made volumes. */
    readonly volumes: string;
  };
  /** Where a node's agent answers. */
  readonly agentSocket: (node: string) => string | undefined;
}

/**
 * Everything that decides: store → API server → controllers, and informers → compiler → ADS server. It starts no process; the
 * nodes that connect to it do the work.
 */
export class ControlPlane {
  private constructor(
    readonly client: Client,
    readonly source: MeshConfigSource,
    readonly proxies: ProxyStates,
    readonly apiServerUrl: string,
    private readonly cleanup: CleanupStack,
  ) {}

  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { clock, random, logger, paths } = options;
    const cleanup = new CleanupStack();
    try {
      const store = options.ephemeral ? ephemeralStore<KubeObject>() : openStore<KubeObject>(paths.store);
      cleanup.defer(() => store.close());
      const kinds = new KindTable(KINDS);
      const customKinds = new CustomKinds(store, kinds);
      cleanup.defer(() => customKinds.dispose());
      const api = objectApi({ store, clock, kinds, customKinds, effects: options.effects });
      const client = new EmbeddedClient(api);

      const informers = new SharedInformers({ client, clock, random, logger: logger.scope('informer') });
      cleanup.defer(() => informers.stop());
      const source = new MeshConfigSource(informers, clock, {
        ...DEFAULT_MESH_CONFIG,
        systemCaFile: systemCaFile(process.env, paths.pki),
        policyServer: paths.policySocket,
        ...(options.outboundTrafficPolicy && { outboundTrafficPolicy: options.outboundTrafficPolicy }),
      });
      const proxies = new ProxyStates(clock, logger.scope('xds'));
      const podAccess = new RemotePodAccess(options.agentSocket);
      const acknowledgements = new Acknowledgements({ source, proxies, clock });

      const pki = ensurePki(paths.pki, { clock, serverNames: [API_SERVICE_IP] });
      const server = new ApiServer({
        api,
        clock,
        logger: logger.scope('api'),
        version: {
          major: KUBERNETES.major,
          minor: KUBERNETES.minor,
          gitVersion: `v${KUBERNETES.major}.${KUBERNETES.minor}.${KUBERNETES.patch}+trysail-${PROXY_VERSION}`,
        },
        tokens: credentials(pki),
        tls: { cert: pki.serverCert, key: pki.serverKey, clientCa: pki.caCert },
        podAccess,
        ...(options.audit && { audit: new Audit(options.audit, clock) }),
        ...(options.rbac && { authorizer: new RbacAuthorizer(store) }),
        hosts: [API_SERVICE_IP, ...SERVER_NAMES],
        accountTokens: accountTokens(pki, clock, store),
        extensions: [new MeshApi({ source, proxies, acknowledgements, client, access: podAccess })],
      });
      cleanup.defer(() => server.close());
      const port = await server.listen(options.apiPort, LOOPBACK);
      const apiServerUrl = `https://${LOOPBACK}:${port}`;
      const access = { server: apiServerUrl, caCert: pki.caCert };
      writeKubeconfig(paths.kubeconfig, { ...access, token: pki.tokens.admin });
      writeKubeconfig(paths.nodeKubeconfig, { ...access, token: pki.tokens.node });

      await applyAll(client, systemObjects(port));
      await createMissing(client, defaultStorageClass());

      const ads = new AdsServer({ source, observer: proxies, clock, logger: logger.scope('xds') });
      cleanup.defer(() => ads.close());
      await ads.listen({ path: paths.adsSocket });
      const policyLogger = logger.scope('policy');
      const mesh = () => source.currentMesh();
      const policy = new LivePolicy({ clock, logger: policyLogger, mesh, logFile: paths.policyLog });
      cleanup.defer(() => policy.close());
      const policyServer = new PolicyServer({ directory: policy, quotas: policy.quotas, logger: policyLogger });
      cleanup.defer(() => policyServer.close());
      await policyServer.listen(paths.policySocket);
      cleanup.defer(() => source.stop());
      await source.start();
      const statusWriter = new StatusWriter({ source, proxies, client, clock, logger: logger.scope('status') });
      cleanup.defer(() => statusWriter.stop());
      statusWriter.start();

      const controllers = await startControllers(
        { client, informers, clock, logger: logger.scope('controller') },
        { ingressAddress: LOOPBACK, volumeFolders: new LocalFolders(paths.volumes) },
      );
      cleanup.defer(() => controllers.stop());
      return new ControlPlane(client, source, proxies, apiServerUrl, cleanup);
    } catch (error) {
      await cleanup.run().catch(() => {});
      throw error;
    }
  }

  /** To be called when there is a node for it. */
  deployGateway(ingressPort: number): Promise<void> {
    const ingress = { address: LOOPBACK, port: ingressPort };
    return applyAll(this.client, gatewayObjects({ ingress, proxyImage: PROXY_IMAGE }));
  }

  stop(): Promise<void> {
    return this.cleanup.run();
  }
}

interface ObjectApiParts {
  readonly store: Store<KubeObject>;
  readonly clock: Clock;
  readonly kinds: KindTable;
  readonly customKinds: CustomKinds;
  readonly effects: PodEffects;
}

function objectApi({ store, clock, kinds, customKinds, effects }: ObjectApiParts): ObjectApi {
  const services = listPrefix(SERVICE, undefined);
  const namespace = (name: string): KubeObject | undefined =>
    store.latest(objectKey(NAMESPACE, undefined, name))?.value;
  return new ObjectApi({
    store,
    kinds,
    clock,
    admissions: [
      new ServiceAllocator(() => store.range({ prefix: services }).entries.map((entry) => entry.value)),
      new DefaultStorageClass(() => storedObjects(store, STORAGE_CLASS)),
      new PolicyExpressions(() => storedObjects(store, attributeManifest.definition)),
      new SidecarInjection(namespace),
      new WithoutEffectWarnings(effects),
      customKinds,
    ],
  });
}

function accountTokens(pki: Pki, clock: Clock, store: Store<KubeObject>): ServiceAccountTokens {
  const uidOf = (namespace: string, name: string): string | undefined =>
    storedObject(store, SERVICE_ACCOUNT, name, namespace)?.metadata.uid;
  return new ServiceAccountTokens(Buffer.from(pki.accountSecret), clock, uidOf);
}

function credentials(pki: Pki) {
  return [
    { token: pki.tokens.admin, user: { name: 'admin', groups: ['system:masters', 'system:authenticated'] } },
    { token: pki.tokens.node, user: { name: 'system:node', groups: ['system:nodes', 'system:authenticated'] } },
  ];
}

/** What its user may change or take away for good is only made in a mesh that has none of its kind. */
async function createMissing(client: Client, object: KubeObject): Promise<void> {
  const resource = resourceOf(object);
  const { items } = await client.list(resource);
  if (items.length === 0) await client.create(resource, object);
}

/** Server-side apply: what the mesh says of its own objects holds, such as a new ingress port; what users added to them stays. */
async function applyAll(client: Client, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const { name, namespace } = object.metadata;
    await client.patch(resourceOf(object), name, namespace, { type: 'apply', body: object });
  }
}

/** @throws Error where no kind is served under the object's apiVersion and kind */
export function resourceOf(object: KubeObject): Gvr {
  const served = new KindTable(KINDS).findKind(object.apiVersion, object.kind);
  if (!served) throw new Error(`no kind ${object.kind} in ${object.apiVersion}`);
  return { group: served.group, version: served.version.name, resource: served.definition.plural };
}
