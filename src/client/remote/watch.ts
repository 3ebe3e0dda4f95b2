import type { ClientRequest, IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { deepFreeze } from '../../base/freeze.js';
import type { KubeObject } from '../../resources/object.js';
import { errorOfStatus, isStatus, unreachable, watchClosed } from '../api-status.js';
import { ApiError, type WatchHandle, type WatchHandler } from '../client.js';
import type { Transport } from './transport.js';

/** One event is one object; objects are limited by the server's 3 MiB a request. */
const LINE_CHARS_MAX = 16 * 1024 * 1024;
/** An answer that is an error is a short Status. */
const ERROR_CHARS_MAX = 64 * 1024;

/** One watch over HTTP: a JSON object a line. */
export class RemoteWatch<T extends KubeObject> implements WatchHandle {
  private readonly request: ClientRequest;
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private ended = false;

  constructor(
    transport: Transport,
    private readonly path: string,
    private readonly handler: WatchHandler<T>,
  ) {
    this.request = transport.open(
      path,
      (response) => this.receive(response),
      (error) => this.end(unreachable(`watch ${path}`, error)),
    );
  }

  close(): void {
    this.end(undefined);
  }

  private receive(response: IncomingMessage): void {
    if (response.statusCode !== 200) {
      this.receiveError(response);
      return;
    }
    response.on('data', (chunk: Buffer) => this.take(this.decoder.write(chunk)));
    response.on('end', () => this.end(watchClosed()));
    response.on('error', (error) => this.end(unreachable(`watch ${this.path}`, error)));
  }

  private receiveError(response: IncomingMessage): void {
    const code = response.statusCode ?? 0;
    let text = '';
    response.on('data', (chunk: Buffer) => {
      if (text.length < ERROR_CHARS_MAX) text += this.decoder.write(chunk);
    });
    response.on('error', (error) => this.end(unreachable(`watch ${this.path}`, error)));
    response.on('end', () => {
      const status = parse(text);
      this.end(isStatus(status) ? errorOfStatus(status, code) : new ApiError(code, 'Unknown', text.slice(0, 500)));
    });
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > LINE_CHARS_MAX) {
      this.end(new ApiError(0, 'TooLarge', `A watch event is longer than ${LINE_CHARS_MAX} characters`));
      return;
    }
    for (const line of lines) if (line !== '' && !this.ended) this.deliver(line);
  }

  private deliver(line: string): void {
    const event = parse(line) as { type?: string; object?: KubeObject } | undefined;
    const object = event?.object;
    switch (event?.type) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        this.handler.onEvent({ type: event.type, object: deepFreeze(object) as T });
        break;
      case 'BOOKMARK':
        this.handler.onEvent({ type: 'BOOKMARK', resourceVersion: object?.metadata.resourceVersion ?? '' });
        break;
      case 'ERROR':
        this.end(isStatus(object) ? errorOfStatus(object) : watchClosed());
        break;
      default:
        this.end(new ApiError(0, 'BadAnswer', `Cannot read a watch event: ${line.slice(0, 200)}`));
    }
  }

  private end(error: ApiError | undefined): void {
    if (this.ended) return;
    this.ended = true;
    this.request.destroy();
    queueMicrotask(() => this.handler.onEnd(error));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
