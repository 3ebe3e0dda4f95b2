/** A number of 0 is not set. */
export interface ConnectionPool {
  tcp?: {
    maxConnections?: number;
    connectTimeout?: string;
    tcpKeepalive?: TcpKeepalive;
    maxConnectionDuration?: string;
    idleTimeout?: string;
  };
  http?: {
    http1MaxPendingRequests?: number;
    http2MaxRequests?: number;
    maxRequestsPerConnection?: number;
    maxRetries?: number;
    idleTimeout?: string;
    h2UpgradePolicy?: 'DEFAULT' | 'DO_NOT_UPGRADE' | 'UPGRADE';
    useClientProtocol?: boolean;
    maxConcurrentStreams?: number;
    http2KeepAlive?: { interval?: string; timeout?: string };
  };
}

export interface TcpKeepalive {
  probes?: number;
  time?: string;
  interval?: string;
}

/** A number of errors of 0 switches that kind of detection off. */
export interface OutlierDetection {
  /** Older spelling of consecutiveGatewayErrors' place; counts 5xx. */
  consecutiveErrors?: number;
  consecutive5xxErrors?: number;
  consecutiveGatewayErrors?: number;
  splitExternalLocalOriginErrors?: boolean;
  consecutiveLocalOriginFailures?: number;
  interval?: string;
  baseEjectionTime?: string;
  maxEjectionPercent?: number;
  /** Below this share of healthy endpoints all are used; 0: never. */
  minHealthPercent?: number;
}
