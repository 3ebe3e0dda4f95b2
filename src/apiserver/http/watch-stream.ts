import type { Clock, Timer } from '../../base/clock.js';
import type { Disposable } from '../../base/dispose.js';
import type { Gvr } from '../../resources/object.js';
import type { JsonObject } from '../json.js';
import type { ServedKind } from '../kind-table.js';
import type { ObjectApi } from '../object-api.js';
import { tooManyRequests } from '../status-error.js';
import type { ObjectEvent } from '../verbs/watch.js';
import type { Call } from './call.js';
import { boolean, given, integer, text } from './query.js';
import { statusOf } from './respond.js';
import { checkWatchOptions } from './watch-options.js';
import { type Presentation, presentObject } from './write-objects.js';

/** All watches of all clients together; kubectl holds one, the node agent about ten. */
export const WATCHES_MAX = 1000;
/** As Kubernetes: a quiet watch learns every minute how far it has come. */
const BOOKMARK_INTERVAL_MS = 60_000;
/** A watch without timeoutSeconds ends after this, so that clients spread anew; theirs resume. */
const TIMEOUT_DEFAULT_MS = 60 * 60_000;
/** What a client may leave unread before it is cut off and has to resume. */
export const UNREAD_BYTES_MAX = 32 * 1024 * 1024;

const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

/** Opens watches, and knows how many there are. */
export class WatchStreams {
  private readonly open = new Set<() => void>();

  constructor(
    private readonly api: ObjectApi,
    private readonly clock: Clock,
    private readonly limit = WATCHES_MAX,
  ) {}

  /** Streams events until either side ends it. Throws StatusError before the first byte. */
  serve(call: Call, kind: ServedKind, gvr: Gvr, namespace: string | undefined, presentation: Presentation): void {
    if (this.open.size >= this.limit) throw tooManyRequests(`${this.limit} watches are open already; try again later`);
    const stream = new WatchStream(call, kind, presentation, this.clock, () => this.api.resourceVersion);
    checkWatchOptions(call.query);
    const options = given({
      labelSelector: text(call.query, 'labelSelector'),
      fieldSelector: text(call.query, 'fieldSelector'),
      resourceVersion: text(call.query, 'resourceVersion'),
      sendInitialEvents: boolean(call.query, 'sendInitialEvents') || undefined,
    });
    const close = (): void => stream.end();
    stream.start(
      () => this.api.watch(gvr, namespace, options, (event) => stream.send(event)),
      () => this.open.delete(close),
    );
    this.open.add(close);
  }

  /** Ends all, as at shutdown. */
  close(): void {
    for (const close of [...this.open]) close();
  }
}

class WatchStream {
  private ended = false;
  private first = true;
  private pending: string[] = [];
  private started = false;
  private watch: Disposable | undefined;
  private bookmark: Timer | undefined;
  private timeout: Timer | undefined;
  private onEnd = (): void => {};

  constructor(
    private readonly call: Call,
    private readonly kind: ServedKind,
    private readonly presentation: Presentation,
    private readonly clock: Clock,
    private readonly resourceVersion: () => string,
  ) {}

  start(watch: () => Disposable, onEnd: () => void): void {
    // Events of the past come while it opens: they wait, for a failure must still be able to be the answer.
    this.watch = watch();
    this.onEnd = onEnd;
    this.started = true;
    const { response, query } = this.call;
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    for (const line of this.pending) this.write(line);
    this.pending = [];
    response.on('close', () => this.end());
    const timeout_s = integer(query, 'timeoutSeconds');
    this.timeout = this.clock.setTimer(timeout_s ? timeout_s * 1000 : TIMEOUT_DEFAULT_MS, () => this.end());
    if (boolean(query, 'allowWatchBookmarks')) this.scheduleBookmark();
  }

  send(event: ObjectEvent): void {
    if (this.ended) return;
    if (event.type === 'INITIAL_END') {
      this.sendBookmark(event.resourceVersion, INITIAL_EVENTS_END);
      return;
    }
    try {
      this.sendLine({
        type: event.type,
        object: presentObject(this.kind, event.object, this.present(), this.first),
      });
    } catch (error) {
      // A column or conversion that throws must not take the store's other watchers with it.
      this.sendLine({ type: 'ERROR', object: statusOf(error) });
      this.end();
    }
    this.first = false;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.watch?.dispose();
    this.bookmark?.cancel();
    this.timeout?.cancel();
    this.call.response.end();
    this.onEnd();
  }

  /** Ages count to the event, not to the start of the watch. */
  private present(): Presentation {
    return { ...this.presentation, now_ms: this.clock.now() };
  }

  private scheduleBookmark(): void {
    this.bookmark = this.clock.setTimer(BOOKMARK_INTERVAL_MS, () => {
      this.sendBookmark(this.resourceVersion());
      this.scheduleBookmark();
    });
  }

  private sendBookmark(resourceVersion: string, annotations?: Readonly<Record<string, string>>): void {
    const metadata = { resourceVersion, creationTimestamp: null, ...(annotations && { annotations }) };
    const { kind, apiVersion } =
      this.presentation.negotiated.form === 'plain'
        ? { kind: this.kind.definition.kind, apiVersion: this.kind.apiVersion }
        : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' };
    const object: JsonObject =
      this.presentation.negotiated.form === 'table'
        ? {
            kind: 'Table',
            apiVersion: 'meta.k8s.io/v1',
            metadata: { resourceVersion },
            columnDefinitions: [],
            rows: [{ cells: [], object: { kind, apiVersion, metadata } }],
          }
        : { kind, apiVersion, metadata };
    this.sendLine({ type: 'BOOKMARK', object });
  }

  private sendLine(event: { type: string; object: unknown }): void {
    const line = `${JSON.stringify(event)}\n`;
    if (this.started) this.write(line);
    else this.pending.push(line);
  }

  private write(line: string): void {
    const { response } = this.call;
    response.write(line);
    if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
  }
}
