import type { Socket } from 'node:net';
import { messageOf } from '../../base/errors.js';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { ProxyContext } from '../context.js';
import { contain } from '../listener/contain.js';
import type { Listener } from '../listener/listener.js';
import type { ListenerAddress } from '../listener/listener-address.js';
import type { BoundListener } from '../network.js';

/** Connections that wait to be accepted, where the listener does not say. */
const BACKLOG = 4_096;
/** Time between attempts to bind an address that is in use. */
const REBIND_MS = 1_000;

/** A socket stays open while listeners with its address come and go, so that no connection is refused in between. */
interface Binding {
  readonly at: ListenerAddress;
  listener: Listener;
  bound: BoundListener | undefined;
}

/** The listening sockets of one logical proxy. */
export class ListenerBindings {
  private readonly bindings = new Map<string, Binding>();
  private opening = 0;
  private stopped = false;

  constructor(
    private readonly context: ProxyContext,
    private readonly onOpened: () => void,
  ) {}

  /** Whether every address is bound that is to be. */
  get settled(): boolean {
    return this.opening === 0;
  }

  /** The bound address of a listener, its first one. */
  of(listener: Listener): BoundListener | undefined {
    return this.bindings.get(keysOf(listener)[0]!)?.bound;
  }

  /** Connections of the listener's addresses are its own from now on. */
  bind(listener: Listener): void {
    keysOf(listener).forEach((key, i) => {
      const known = this.bindings.get(key);
      if (known !== undefined) {
        known.listener = listener;
        return;
      }
      const binding: Binding = { at: listener.addresses[i]!, listener, bound: undefined };
      this.bindings.set(key, binding);
      if (!this.stopped) this.open(key, binding);
    });
  }

  /** Closes addresses that are still the listener's. */
  unbind(listener: Listener): void {
    for (const key of keysOf(listener)) {
      const binding = this.bindings.get(key);
      if (binding?.listener !== listener) continue;
      this.bindings.delete(key);
      binding.bound?.close();
    }
  }

  /** Accepts no more, anywhere. */
  stop(): void {
    this.stopped = true;
    for (const binding of this.bindings.values()) binding.bound?.close();
  }

  private open(key: string, binding: Binding): void {
    this.opening++;
    const { address, port, pipe, ipv6Only } = binding.at;
    const backlog = binding.listener.config.tcpBacklogSize ?? BACKLOG;
    this.context.sockets
      .listen({ address, port, pipe, ipv6Only, backlog }, (socket) => this.accept(binding, socket))
      .then(
        (bound) => {
          this.opening--;
          if (this.bindings.get(key) !== binding || this.stopped) return bound.close();
          binding.bound = bound;
          this.onOpened();
        },
        (error: unknown) => {
          this.opening--;
          this.onFailure(key, binding, error);
        },
      );
  }

  private onFailure(key: string, binding: Binding, error: unknown): void {
    const { logger, wheel } = this.context;
    const isWanted = (): boolean => this.bindings.get(key) === binding && !this.stopped;
    if (!isWanted()) return;
    logger.warn(`listener ${binding.listener.name} cannot be opened; trying again`, { error: messageOf(error) });
    wheel.arm(new WheelTimer(() => isWanted() && this.open(key, binding)), REBIND_MS);
  }

  private accept(binding: Binding, socket: Socket): void {
    contain(this.context, socket, () => binding.listener.accept(socket));
  }
}

/** One for each address; a port that the system chooses is the listener's alone. */
function keysOf(listener: Listener): readonly string[] {
  return listener.addresses.map(({ address, port, pipe }, i) => {
    const own = port === 0 && pipe === undefined ? `${listener.name}#${i}` : '';
    return `${address}:${port}:${own}`;
  });
}
