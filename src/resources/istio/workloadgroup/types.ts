import type { KubeObject } from '../../object.js';
import type { WorkloadEndpoint } from '../workloadentry/types.js';

export interface WorkloadGroup extends KubeObject {
  spec: WorkloadGroupSpec;
}

/** What WorkloadEntries of one kind have in common. */
export interface WorkloadGroupSpec {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  template: WorkloadEndpoint;
  probe?: ReadinessProbe;
}

/** How a machine's own agent finds out whether its workload is ready. One of the four ways. */
export interface ReadinessProbe {
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
  httpGet?: HttpProbe;
  tcpSocket?: { host?: string; port: number };
  exec?: { command?: string[] };
  grpc?: { port: number; service?: string };
}

export interface HttpProbe {
  path?: string;
  port: number;
  host?: string;
  scheme?: string;
  httpHeaders?: { name?: string; value?: string }[];
}
