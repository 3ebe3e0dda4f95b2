import type { KubeObject } from '../../object.js';

/** What the sidecars of a namespace, or some of them, take and what they reach. */
export interface Sidecar extends KubeObject {
  spec: SidecarSpec;
}

export interface SidecarSpec {
  /** Absent: every pod of the namespace that no other Sidecar selects. */
  workloadSelector?: { labels?: Record<string, string> };
  /** Absent: the ports of the services that the pod is part of. */
  ingress?: IngressListener[];
  /** Absent: every service that is exported to the namespace. */
  egress?: EgressListener[];
  outboundTrafficPolicy?: { mode?: 'REGISTRY_ONLY' | 'ALLOW_ANY' };
}

export interface SidecarPort {
  number: number;
  protocol: string;
  name?: string;
}

export type CaptureMode = 'DEFAULT' | 'IPTABLES' | 'NONE';

export interface IngressListener {
  port: SidecarPort;
  bind?: string;
  captureMode?: CaptureMode;
  /** `127.0.0.1:PORT` on the pod's loopback, `0.0.0.0:PORT` at the pod's address. */
  defaultEndpoint?: string;
}

export interface EgressListener {
  /** Absent, which only the last may be: the ports of the services. */
  port?: SidecarPort;
  bind?: string;
  captureMode?: CaptureMode;
  /** `namespace/host`; the namespace may be `*`, `.`, `~`, or behind a `~`, which leaves out. */
  hosts: string[];
}
