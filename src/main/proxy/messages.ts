import type { LogicalProxySpec } from '../../runtime/agent/proxy-host.js';

/** Between the node agent and the node's proxy process, over the child's IPC channel; plain JSON. */
export type ToProxy =
  | { readonly type: 'add'; readonly spec: LogicalProxySpec }
  | { readonly type: 'remove'; readonly id: string; readonly drain_ms: number };

export type FromProxy =
  | { readonly type: 'ready'; readonly id: string }
  | { readonly type: 'failed'; readonly id: string; readonly message: string }
  | { readonly type: 'removed'; readonly id: string }
  | { readonly type: 'log'; readonly id: string; readonly line: string };
