import type { KubeObject } from '../../object.js';
import type { StringMatch } from '../checks.js';
import type { IstioService } from '../istio-service.js';
import type { CorsPolicy } from '../virtualservice/types.js';

export interface RouteRule extends KubeObject {
  spec: RouteRuleSpec;
}

/** Istio 0.7: which version of a service answers which requests, and how. */
export interface RouteRuleSpec {
  destination: IstioService;
  /** Higher first; the first rule that matches applies alone. 0 where absent. */
  precedence?: number;
  match?: { source?: IstioService; request?: { headers?: Record<string, StringMatch> } };
  route?: DestinationWeight[];
  redirect?: { uri?: string; authority?: string };
  rewrite?: { uri?: string; authority?: string };
  /** Nothing to do: upgrades are taken from everyone. */
  websocketUpgrade?: boolean;
  httpReqTimeout?: { simpleTimeout?: { timeout?: string } };
  httpReqRetries?: { simpleRetry?: { attempts?: number; perTryTimeout?: string } };
  httpFault?: HttpFault;
  mirror?: IstioService;
  corsPolicy?: Omit<CorsPolicy, 'allowOrigins' | 'unmatchedPreflights'>;
  appendHeaders?: Record<string, string>;
}

export interface DestinationWeight {
  destination?: IstioService;
  labels?: Record<string, string>;
  /** Percent; may be absent where there is only one. */
  weight?: number;
}

export interface HttpFault {
  delay?: { percent?: number; fixedDelay?: string };
  abort?: { percent?: number; httpStatus?: number };
}
