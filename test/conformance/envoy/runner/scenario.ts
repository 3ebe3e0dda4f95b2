import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** One answer of an upstream; the first rule that fits a request and is not used up is taken. */
export interface AnswerRule {
  /** Fits paths that begin so. */
  readonly path?: string;
  readonly method?: string;
  /** Fits when each of these headers has its value. */
  readonly when?: Readonly<Record<string, string>>;
  /** Fits so many requests and no more. */
  readonly times?: number;
  /** 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The upstream's name. */
  readonly body?: string;
  /** Bytes of body, in place of `body`. */
  readonly size?: number;
  /** Chunks (HTTP/1) or frames (HTTP/2) of the body, in place of `body`. */
  readonly chunks?: readonly string[];
  readonly trailers?: Readonly<Record<string, string>>;
  /** Answers before the answer: 100, 103. */
  readonly informational?: readonly { readonly status: number; readonly headers?: Readonly<Record<string, string>> }[];
  /** Answers when it has the head of the request, without waiting for its body. */
  readonly early?: boolean;
  readonly delay_ms?: number;
  readonly chunk_delay_ms?: number;
  /** Waits for a step `release`. */
  readonly hold?: boolean;
  /** Bytes in place of an HTTP/1 answer. */
  readonly raw?: string;
  /** What follows the answer, or what there is of it: `status: 0` sends nothing before. */
  readonly then?: 'close' | 'reset' | 'hang';
  /** After the answer (101, or 200 to a CONNECT) the connection sends back what it gets. */
  readonly tunnel?: boolean;
  /** A protobuf message as body of a gRPC answer. */
  readonly grpc?: { readonly type: string; readonly message: JsonObject };
}

export interface UpstreamSpec {
  /** `http1`; `closed`: a port that refuses connections; `silent`: one that accepts them and says nothing. */
  readonly protocol?: 'http1' | 'http2' | 'tcp' | 'closed' | 'silent';
  readonly tls?: { readonly certificate: string; readonly client_ca?: string; readonly alpn?: readonly string[] };
  readonly answers?: readonly AnswerRule[];
  /** TCP: what it says first, whether it sends back what it gets, and what it does after the first bytes. */
  readonly greeting?: string;
  readonly echo?: boolean;
  readonly then?: 'close' | 'reset';
  /** Takes PROXY protocol lines (HTTP/1, TCP) and notes them. */
  readonly proxy_protocol?: boolean;
  /** Of gRPC: requests are noted as JSON of this message. */
  readonly grpc_request?: string;
  /** The address that it listens on: `127.0.0.1`. */
  readonly address?: string;
}

export interface TlsClientSpec {
  readonly sni?: string;
  readonly alpn?: readonly string[];
  /** Name of the client's certificate. */
  readonly certificate?: string;
  readonly max_version?: 'TLSv1.2' | 'TLSv1.3';
}

/** How a step reaches the proxy. */
export interface ConnectionSpec {
  /** Name of a listener; the only one, or `test`. */
  readonly listener?: string;
  /** Kept under this name for later steps. */
  readonly connection?: string;
  /** Local address to connect from. */
  readonly source?: string;
  readonly tls?: TlsClientSpec;
  readonly protocol?: 'http1' | 'http2';
  /** Bytes before all others: `"PROXY TCP4 …\r\n"`, or hexadecimal digits after `hex:`. */
  readonly preamble?: string;
}

export interface RequestSpec extends ConnectionSpec {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly size?: number;
  readonly chunks?: readonly string[];
  readonly trailers?: Readonly<Record<string, string>>;
  readonly version?: '1.0' | '1.1';
  /** Compared and expected no headers with these names. */
  readonly ignore?: readonly string[];
}

export type TalkItem =
  | { readonly send: string }
  | { readonly send_hex: string }
  /** Waits for the text, or for so many complete HTTP answers. */
  | { readonly receive: string | number }
  /** Ends the own direction, or drops the connection. */
  | { readonly end: true }
  | { readonly reset: true }
  /** Waits until the proxy ended the connection. */
  | { readonly until: 'closed' };

export interface WaitSpec {
  readonly stat?: string;
  readonly is?: number;
  readonly at_least?: number;
  readonly admin?: string;
  readonly contains?: string;
  readonly lacks?: string;
  /** Lines of the access log. */
  readonly logs?: number;
  /** A file of the scenario's folder with so many lines. */
  readonly file?: string;
  readonly lines?: number;
  /** Requests that reached an upstream: `{ up: 2 }`. */
  readonly seen?: Readonly<Record<string, number>>;
}

export interface Expectation {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly trailers?: Readonly<Record<string, string>>;
  readonly ends?: string;
}

/** One thing that is done to both proxies; what came of it is compared before the next. */
export interface Step {
  readonly get?: string;
  readonly request?: RequestSpec;
  readonly talk?: readonly TalkItem[];
  readonly on?: ConnectionSpec;
  readonly wait?: WaitSpec;
  readonly stats?: readonly string[] | Readonly<Record<string, number>>;
  readonly admin?: string;
  readonly method?: string;
  readonly lines?: string;
  readonly pick?: readonly string[];
  readonly write?: Readonly<Record<string, JsonValue>>;
  readonly ads?: Readonly<Record<string, readonly JsonObject[]>>;
  readonly ads_stop?: true;
  readonly ads_start?: true;
  /** The content of a file of the scenario's folder. */
  readonly file?: string;
  readonly behave?: Readonly<Record<string, readonly AnswerRule[]>>;
  readonly release?: string;
  readonly stop?: string;
  readonly start?: string;
  readonly await?: string;
  readonly close?: string;
  /** Sends it so often; `concurrency` at once; only the tally of answers is compared. */
  readonly count?: number;
  readonly concurrency?: number;
  /** Answers are told apart by their body, or by their status, or by a header. */
  readonly tally_by?: string;
  /** Shares of the answers that each proxy must show, within `tolerance`; in place of comparing the tallies. */
  readonly shares?: Readonly<Record<string, number>>;
  readonly tolerance?: number;
  /** Goes on with the next step at once; a step `await` takes the answer. */
  readonly background?: string;
  readonly expect?: Expectation | string;
}

export interface Scenario {
  readonly name: string;
  /** What a reader should know. */
  readonly about?: string;
  /** File that it stands in, without `.yaml`. */
  readonly file: string;
  readonly bootstrap?: JsonObject;
  readonly listeners?: readonly JsonObject[];
  readonly listener?: JsonObject;
  readonly filter_chain?: JsonObject;
  readonly network_filters?: readonly JsonObject[];
  readonly manager?: JsonObject;
  readonly http_filters?: readonly JsonObject[];
  readonly router?: JsonObject;
  readonly routes?: readonly JsonObject[];
  readonly virtual_host?: JsonObject;
  readonly virtual_hosts?: readonly JsonObject[];
  readonly route_config?: JsonObject;
  readonly clusters?: Readonly<Record<string, JsonObject>>;
  readonly upstreams?: Readonly<Record<string, UpstreamSpec>>;
  readonly files?: Readonly<Record<string, JsonValue>>;
  readonly ads?: Readonly<Record<string, readonly JsonObject[]>>;
  /** Format of an access log line; false: none. */
  readonly log?: string | false;
  /** Both refuse the configuration; the text must stand in our error. */
  readonly refused?: string;
  readonly compare?: {
    readonly log?: boolean | 'sorted';
    readonly seen?: boolean | 'sorted';
    readonly connections?: boolean;
  };
  /** Text that differs from run to run: regular expression -> what stands for it. */
  readonly mask?: Readonly<Record<string, string>>;
  /** Runs our proxy as a process of its own, from the built `dist`. */
  readonly process?: boolean;
  readonly steps?: readonly Step[];
}
