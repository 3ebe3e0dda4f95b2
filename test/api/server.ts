import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Audit, type AuditSink } from '../../src/apiserver/audit/audit.js';
import { RbacAuthorizer } from '../../src/apiserver/authorization/rbac.js';
import { CustomKinds } from '../../src/apiserver/custom-resources/custom-kinds.js';
import { ApiServer } from '../../src/apiserver/http/server.js';
import { KindTable } from '../../src/apiserver/kind-table.js';
import { storedObject, storedObjects } from '../../src/apiserver/lookup.js';
import { ObjectApi } from '../../src/apiserver/object-api.js';
import { ServiceAccountTokens } from '../../src/apiserver/reviews/service-account-tokens.js';
import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { writeKubeconfig } from '../../src/identity/kubeconfig.js';
import { ensurePki } from '../../src/identity/pki.js';
import type { PodAccess } from '../../src/resources/core/pod-access.js';
import { ServiceAllocator } from '../../src/resources/core/service/allocator.js';
import { SERVICE } from '../../src/resources/core/service/index.js';
import { SERVICE_ACCOUNT } from '../../src/resources/core/service-account/index.js';
import type { KubeObject } from '../../src/resources/object.js';
import { KINDS } from '../../src/resources/registry.js';
import { openStore } from '../../src/store/open.js';

export interface RunningApi {
  readonly api: ObjectApi;
  /** Of a user who may everything; a temporary file, as is the state. */
  readonly kubeconfig: string;
  readonly folder: string;
}

/** The API server with all real kinds on a store on disk, over HTTPS, with the namespace `default`. Undone after the test. */
export async function startApiServer(
  t: TestContext,
  podAccess?: PodAccess,
  rbac = false,
  audit?: AuditSink,
): Promise<RunningApi> {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  const store = openStore<KubeObject>(join(folder, 'state'));
  const clock = new SystemClock();
  const allocator = new ServiceAllocator(() => storedObjects(store, SERVICE));
  const kinds = new KindTable(KINDS);
  const customKinds = new CustomKinds(store, kinds);
  const api = new ObjectApi({ store, kinds, clock, admissions: [allocator, customKinds] });
  await api.create({ group: '', version: 'v1', resource: 'namespaces' }, { metadata: { name: 'default' } });
  const pki = ensurePki(join(folder, 'pki'), { clock });
  const server = new ApiServer({
    api,
    clock,
    logger: SILENT_LOGGER,
    version: { major: '1', minor: '32', gitVersion: 'v1.32.0' },
    tokens: [{ token: pki.tokens.admin, user: { name: 'admin', groups: ['system:masters'] } }],
    tls: { cert: pki.serverCert, key: pki.serverKey },
    ...(podAccess && { podAccess }),
    ...(audit && { audit: new Audit(audit, clock) }),
    ...(rbac && { authorizer: new RbacAuthorizer(store) }),
    accountTokens: new ServiceAccountTokens(
      Buffer.from(pki.accountSecret),
      clock,
      (namespace, name) => storedObject(store, SERVICE_ACCOUNT, name, namespace)?.metadata.uid,
    ),
  });
  const port = await server.listen(0);
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, { server: `https://127.0.0.1:${port}`, caCert: pki.caCert, token: pki.tokens.admin });
  t.after(async () => {
    await server.close();
    customKinds.dispose();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { api, kubeconfig, folder };
}
