import type { HttpStream } from '../http/http-stream.js';
import type { PendingCall } from '../router/cluster-client.js';
import type { CheckContent } from './check-request.js';
import type { Verdict } from './verdict.js';

/** Who decides about requests: a gRPC or an HTTP service. */
export interface AuthorizationService {
  /** @param done called once unless cancelled, perhaps before this returns */
  check(stream: HttpStream, content: CheckContent, done: (verdict: Verdict) => void): PendingCall;
}
