import type { Duplex } from 'node:stream';
import type { ByteStream, PodAccess, PodAddress } from '../../resources/core/pod-access.js';
import type { KubeObject } from '../../resources/object.js';
import { SpdyConnection, type SpdyStream } from '../spdy/connection.js';
import { accessError } from './access-error.js';
import { addressOf } from './containers.js';

/** What the two streams of one connection agree on in the end. */
export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';

/** A checked port-forward, ready to run on the connection that carries it. */
export type Forward = (transport: Duplex) => void;

/**
 * Kubernetes' port-forward: for each connection the client opens a stream for errors and one for data, which name the port.
 * Throws BadRequest before the upgrade, where the caller can still be told in plain HTTP.
 */
export function prepareForward(pod: KubeObject, access: PodAccess): Forward {
  const address = addressOf(pod);
  return (transport) => {
    // Each connection waits for it when it is full.
    transport.setMaxListeners(0);
    const errors = new Map<string, SpdyStream>();
    const connection = new SpdyConnection(transport, (stream) => {
      const id = stream.headers.get('requestid') ?? '';
      if (stream.headers.get('streamtype') === 'error') {
        errors.set(id, stream);
        stream.onReset = () => errors.delete(id);
        return;
      }
      const error = errors.get(id);
      errors.delete(id);
      void new ForwardedConnection(connection, stream, error).run(address, access);
    });
  };
}

/** What a client may send ahead while the pod is being connected to. */
const EARLY_BYTES_MAX = 64 * 1024;

/** One connection to a port of the pod, carried by two streams. */
class ForwardedConnection {
  private readonly early: Buffer[] = [];
  private earlyBytes = 0;
  private target: ByteStream | undefined;
  private isEnded = false;
  private isReset = false;

  constructor(
    private readonly connection: SpdyConnection,
    private readonly data: SpdyStream,
    private readonly errors: SpdyStream | undefined,
  ) {
    data.onData = (payload) => this.fromClient(payload);
    data.onEnd = () => {
      this.isEnded = true;
      this.target?.end();
    };
    data.onReset = () => {
      this.isReset = true;
      this.target?.destroy();
    };
  }

  async run(address: PodAddress, access: PodAccess): Promise<void> {
    const port = Number(this.data.headers.get('port'));
    try {
      this.join(await access.connect(address, port));
    } catch (error) {
      const { message } = accessError(error);
      this.finish(`error forwarding port ${port} to pod ${address.name}: ${message}`);
    }
  }

  private join(target: ByteStream): void {
    const { transport } = this.connection;
    this.target = target;
    const resume = (): void => void target.resume();
    target.on('data', (chunk: Buffer) => {
      if (this.data.write(chunk)) return;
      target.pause();
      transport.once('drain', resume);
    });
    target.on('drain', () => transport.resume());
    target.on('error', () => target.destroy());
    target.on('close', () => {
      transport.off('drain', resume);
      this.finish();
    });
    if (this.isReset) target.destroy();
    for (const payload of this.early.splice(0)) target.write(payload);
    if (!target.writableNeedDrain) transport.resume();
    if (this.isEnded) target.end();
  }

  private fromClient(payload: Buffer): void {
    // One stream cannot be told to wait, so all do: kubectl's streams have no flow control of their own.
    const { transport } = this.connection;
    if (this.target) {
      if (!this.target.write(payload)) transport.pause();
      return;
    }
    this.early.push(payload);
    this.earlyBytes += payload.length;
    if (this.earlyBytes > EARLY_BYTES_MAX) transport.pause();
  }

  private finish(error?: string): void {
    this.connection.transport.resume();
    if (!this.isReset) this.data.end();
    if (error !== undefined) this.errors?.write(Buffer.from(error));
    this.errors?.end();
    this.connection.forget(this.data);
    if (this.errors) this.connection.forget(this.errors);
  }
}
