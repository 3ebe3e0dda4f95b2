import type { KubeObject } from '../../object.js';

export interface Gateway extends KubeObject {
  spec: GatewaySpec;
}

export interface GatewaySpec {
  /** Labels of the pods that are this gateway. */
  selector?: Record<string, string>;
  servers: Server[];
}

export interface Server {
  name?: string;
  port: { number: number; protocol: string; name: string };
  /** `host`, `*.host`, `*`, each optionally behind `namespace/`, `./` or `*` + `/`. */
  hosts: string[];
}
