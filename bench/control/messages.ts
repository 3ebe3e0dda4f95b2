/** To the process that runs the control plane. */
export type ControlCall = { readonly type: 'usage' | 'collect' | 'stop' };

export type ControlAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'usage'; readonly cpu_us: number; readonly rss_bytes: number };

export interface ProxySpec {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** To the process that plays the proxies. */
export type ProxiesCall =
  | {
      readonly type: 'connect';
      readonly socket: string;
      readonly proxies: readonly ProxySpec[];
      /** HTTP/2 sessions over which they are spread: the nodes of a mesh have one each. */
      readonly sessions: number;
    }
  /** To say when each proxy has had a response of this type since now. */
  | { readonly type: 'expect'; readonly kind: string };

export type ProxiesAnswer =
  /** Nothing has come for a while: all have what there is. */
  { readonly type: 'settled'; readonly resources: number } | { readonly type: 'all'; readonly at_ms: number };
