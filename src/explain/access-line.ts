/** One line of a proxy's access log in Istio's default format. */
export interface AccessLine {
  /** RFC 3339, milliseconds. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  /** 0 where none was sent. */
  readonly status: number;
  /** Empty: none. */
  readonly flags: readonly string[];
  readonly details: string;
  readonly transportFailure: string;
  readonly duration_ms: number;
  readonly requestId: string;
  readonly authority: string;
  /** `10.244.0.3:8080`; empty: no endpoint was asked. */
  readonly upstreamHost: string;
  readonly upstreamCluster: string;
  readonly downstreamAddress: string;
  readonly routeName: string;
}

/** Fields of the format, in their order, between those that are not used here. */
const FIELD_COUNT = 22;

/** Undefined for a line that is none. */
export function parseAccessLine(line: string): AccessLine | undefined {
  if (!line.startsWith('[')) return undefined;
  const fields = [...line.matchAll(/\[([^\]]*)\]|"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, bracketed, quoted, plain]) => bracketed ?? quoted ?? plain ?? '',
  );
  if (fields.length < FIELD_COUNT) return undefined;
  const at = (index: number): string => (fields[index] === '-' ? '' : (fields[index] ?? ''));
  const [method = '', path = ''] = at(1).split(' ');
  return {
    time: at(0),
    method,
    path,
    status: Number(at(2)),
    flags: at(3) === '' ? [] : at(3).split(','),
    details: at(4),
    transportFailure: at(6),
    duration_ms: Number(at(9)),
    requestId: at(13),
    authority: at(14),
    upstreamHost: at(15),
    upstreamCluster: at(16),
    downstreamAddress: at(19),
    routeName: at(21),
  };
}
