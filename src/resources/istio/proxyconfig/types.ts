import type { KubeObject } from '../../object.js';

export interface ProxyConfig extends KubeObject {
  spec: ProxyConfigSpec;
}

/** How the proxies of some workloads run. */
export interface ProxyConfigSpec {
  selector?: { matchLabels?: Record<string, string> };
  concurrency?: number;
  environmentVariables?: Record<string, string>;
  image?: { imageType?: string };
}
