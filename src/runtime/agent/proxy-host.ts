import type { ProxyNetwork } from '../drivers/driver.js';

/** The node's proxy process as the agent sees it: a place where logical proxies are started and stopped. */
export interface ProxyHost {
  /** Resolves when the proxy serves its first complete configuration. */
  add(spec: LogicalProxySpec): Promise<void>;
  /** Drains, then stops; resolves when nothing of it is left. */
  remove(id: string, drain_ms: number): Promise<void>;
  /** Called with each line that a logical proxy logs. */
  onLog(listener: (id: string, line: string) => void): void;
  /** Called when the process ended by itself; the logical proxies must be added again. */
  onLost(listener: () => void): void;
}

/** What one logical proxy starts from; all else comes by ADS. Plain JSON. */
export interface LogicalProxySpec {
  /** The pod's uid. */
  readonly id: string;
  readonly node: {
    /** `sidecar~10.244.0.5~reviews-v1-abc.default~default.svc.cluster.local` */
    readonly id: string;
    /** `reviews.default` */
    readonly cluster: string;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly locality: { readonly region: string; readonly zone: string };
  };
  readonly network: ProxyNetwork;
  /** Listener ports that are (also) opened on the host: port of the listener -> address there. */
  readonly hostPorts: Readonly<Record<number, { readonly address: string; readonly port: number }>>;
}
