import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Http2Server, type Http2Session } from 'node:http2';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { QuotaBackend } from '../policy/index.js';
import {
  AccessLogService,
  StreamAccessLogsResponseSchema,
} from '../xds/types/gen/envoy/service/accesslog/v3/als_pb.js';
import { Authorization } from '../xds/types/gen/envoy/service/auth/v3/external_auth_pb.js';
import { RateLimitService } from '../xds/types/gen/envoy/service/ratelimit/v3/rls_pb.js';
import { reportEntry } from './access-log.js';
import { authorize } from './authorization.js';
import type { PolicyDirectory } from './directory.js';
import { QUOTA_DOMAIN, quotaRequestOf, toRateLimitResponse } from './quota-messages.js';

/** No message of these services is larger, but for what a stranger sends. */
const MESSAGE_MAX_BYTES = 1024 * 1024;

export interface PolicyServerOptions {
  readonly directory: PolicyDirectory;
  /** Counts for all who ask. */
  readonly quotas: QuotaBackend;
  readonly logger: Logger;
}

/**
 * Mixer's part for who does not evaluate policy in place: Envoys ask by ext_authz and tell by access logs, and all proxies have their
 * quotas counted here.
 */
export class PolicyServer {
  private readonly server: Http2Server;
  private readonly sessions = new Set<Http2Session>();

  constructor(private readonly options: PolicyServerOptions) {
    const handler = connectNodeAdapter({
      routes: (router) => this.route(router),
      grpcWeb: false,
      connect: false,
      readMaxBytes: MESSAGE_MAX_BYTES,
    });
    this.server = createServer(handler);
    this.server.on('session', (session) => {
      this.sessions.add(session);
      session.once('close', () => this.sessions.delete(session));
    });
    this.server.on('sessionError', (error) => options.logger.debug('connection lost', { reason: error.message }));
  }

  /** @param path of a Unix socket that only this user may open; a file that is there is replaced */
  async listen(path: string): Promise<void> {
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(path, resolve);
    });
    chmodSync(path, 0o600);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const session of this.sessions) session.destroy();
    await closed;
  }

  private route(router: ConnectRouter): void {
    const { directory, quotas, logger } = this.options;
    router.service(Authorization, { check: (request) => authorize(request, directory) });
    router.service(RateLimitService, {
      shouldRateLimit: async (request) => {
        if (request.domain !== QUOTA_DOMAIN)
          throw new ConnectError(`the domain is "${QUOTA_DOMAIN}", not "${request.domain}"`, Code.NotFound);
        return toRateLimitResponse(await quotas.allocate(quotaRequestOf(request)));
      },
    });
    router.service(AccessLogService, {
      streamAccessLogs: async (messages) => {
        for await (const { logEntries } of messages) {
          if (logEntries.case !== 'httpLogs') continue;
          for (const entry of logEntries.value.logEntry) {
            try {
              reportEntry(entry, directory);
            } catch (error) {
              logger.warn('a report failed', { error: messageOf(error) });
            }
          }
        }
        return create(StreamAccessLogsResponseSchema);
      },
    });
  }
}
