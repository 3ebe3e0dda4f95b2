import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.js';
import type { KubeObject } from '../../resources/object.js';
import { verbOf } from '../authorization/request-attributes.js';
import type { User } from '../http/authentication.js';
import type { RequestInfo } from '../http/request-info.js';
import type { Status } from '../status-error.js';

/** The parts of the path and the query that are kept: a command may be long. */
const URI_CHARS_MAX = 4096;
const USER_AGENT_CHARS_MAX = 1024;

/** Takes one line of JSON, without its end. */
export type AuditSink = (line: string) => void;

/**
 * Records who did what: one Event of audit.k8s.io/v1 for each call, at the level Metadata. What calls carry is not recorded, so no
 * secret is.
 */
export class Audit {
  constructor(
    private readonly sink: AuditSink,
    private readonly clock: Clock,
  ) {}

  begin(request: IncomingMessage): AuditTrail {
    return new AuditTrail(request, this.clock, this.sink);
  }
}

/** What is known of one call, from its first byte to the end of its answer. */
export class AuditTrail {
  readonly id = randomUUID();
  private readonly received: string;
  private user: User | undefined;
  private impersonated: User | undefined;
  private info: RequestInfo | undefined;
  private object: KubeObject | undefined;
  private failure: Status | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly clock: Clock,
    private readonly sink: AuditSink,
  ) {
    this.received = this.now();
  }

  /** Writes the event when the answer is through, or its connection gone. */
  follow(response: ServerResponse): void {
    response.setHeader('audit-id', this.id);
    response.once('close', () => this.write('ResponseComplete', response.statusCode));
  }

  /** @param user who asked; @param as whom the call counts for */
  by(user: User | undefined, as: User | undefined): void {
    this.user = user;
    this.impersonated = as === user ? undefined : as;
  }

  about(info: RequestInfo): void {
    this.info = info;
  }

  /** What was made by a call that did not know its name. */
  made(object: KubeObject): void {
    this.object = object;
  }

  failed(status: Status): void {
    this.failure = status;
  }

  /** A watch, or a connection that is handed over: it is told of before it ends. */
  started(code: number): void {
    this.write('ResponseStarted', code);
  }

  /** Of what has no response object. */
  complete(code: number): void {
    this.write('ResponseComplete', code);
  }

  private write(stage: string, code: number): void {
    const { url = '', headers, socket } = this.request;
    const forbidden = this.failure?.code === 403 || this.failure?.code === 401;
    this.sink(
      JSON.stringify({
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        auditID: this.id,
        stage,
        requestURI: url.slice(0, URI_CHARS_MAX),
        verb: this.verb(),
        user: userInfo(this.user ?? { name: 'system:anonymous', groups: ['system:unauthenticated'] }),
        ...(this.impersonated && { impersonatedUser: userInfo(this.impersonated) }),
        sourceIPs: [socket.remoteAddress ?? ''],
        ...(headers['user-agent'] && { userAgent: headers['user-agent'].slice(0, USER_AGENT_CHARS_MAX) }),
        ...(this.info && { objectRef: this.objectRef(this.info) }),
        responseStatus: { metadata: {}, ...failureOf(this.failure), code },
        requestReceivedTimestamp: this.received,
        stageTimestamp: this.now(),
        annotations: { 'authorization.k8s.io/decision': forbidden ? 'forbid' : 'allow' },
      }),
    );
  }

  private verb(): string {
    if (!this.info) return (this.request.method ?? 'GET').toLowerCase();
    const search = (this.request.url ?? '').split('?')[1] ?? '';
    return verbOf({ request: this.request, query: new URLSearchParams(search) }, this.info.name);
  }

  private objectRef({ group, version, resource, namespace, name, subresource }: RequestInfo) {
    const { metadata } = this.object ?? {};
    const objectName = name ?? metadata?.name;
    return {
      resource,
      ...(namespace !== undefined && { namespace }),
      ...(objectName && { name: objectName }),
      ...(metadata?.uid && { uid: metadata.uid }),
      ...(group !== '' && { apiGroup: group }),
      apiVersion: version,
      ...(subresource !== undefined && { subresource }),
    };
  }

  /** RFC 3339 with microseconds. */
  private now(): string {
    return new Date(this.clock.now()).toISOString().replace('Z', '000Z');
  }
}

function userInfo({ name, groups }: User) {
  return { username: name, groups };
}

function failureOf(failure: Status | undefined) {
  return failure && { status: 'Failure', reason: failure.reason, message: failure.message };
}
