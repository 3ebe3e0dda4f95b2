import type { KubeObject } from '../../object.js';
import type { IstioService } from '../istio-service.js';

export interface EgressRule extends KubeObject {
  spec: EgressRuleSpec;
}

/** Istio 0.7: a service outside the mesh that programs inside may call. */
export interface EgressRuleSpec {
  /** Only `service` is meant: a host, `*.example.com`, or for tcp an address or CIDR. */
  destination: IstioService;
  ports: { port: number; protocol: string }[];
}
