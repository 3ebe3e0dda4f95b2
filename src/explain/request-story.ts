import { type AccessLine, parseAccessLine } from './access-line.js';
import { RESPONSE_FLAGS } from './response-flags.js';

/** What one proxy logged of a request. */
export interface Hop extends AccessLine {
  /** `namespace/pod` */
  readonly proxy: string;
}

/** The lines about a request in the logs of many proxies, in order of time; of two at once the caller's side first. */
export function hopsOf(requestId: string, logs: ReadonlyMap<string, string>): Hop[] {
  const hops = [...logs].flatMap(([proxy, text]) =>
    text
      .split('\n')
      .filter((line) => line.includes(requestId))
      .flatMap((line) => parseAccessLine(line) ?? [])
      .filter((line) => line.requestId === requestId)
      .map((line) => ({ ...line, proxy })),
  );
  return hops.sort((a, b) => a.time.localeCompare(b.time) || b.duration_ms - a.duration_ms);
}

/** For people. @param workloads `namespace/pod` by address */
export function storyText(requestId: string, hops: readonly Hop[], workloads: ReadonlyMap<string, string>): string {
  const lines = [`request ${requestId}, as ${hops.length} log ${hops.length === 1 ? 'line tells' : 'lines tell'}`, ''];
  for (const hop of hops) lines.push(...hopLines(hop, workloads));
  return `${lines.join('\n')}\n`;
}

function hopLines(hop: Hop, workloads: ReadonlyMap<string, string>): string[] {
  const { time, proxy, method, path, authority, status, duration_ms, upstreamHost, upstreamCluster } = hop;
  const inbound = upstreamCluster.startsWith('inbound|');
  const peer = workloads.get(upstreamHost.replace(/:\d+$/, ''));
  const to =
    upstreamHost === '' ? 'nobody was asked' : `${upstreamHost}${peer === undefined || inbound ? '' : ` ${peer}`}`;
  const what = inbound ? 'to its own program' : upstreamCluster === '' ? '' : `to ${upstreamCluster}`;
  const rule = hop.routeName === '' || hop.routeName === 'default' ? '' : `  route ${hop.routeName}`;
  return [
    `${time.slice(11)}  ${proxy}${inbound ? ' (inbound)' : ''}`,
    `    ${method} ${authority}${path} → ${status === 0 ? 'no answer' : status} in ${duration_ms} ms${rule}`,
    `    ${[what, to].filter((part) => part !== '').join(', ')}`,
    ...hop.flags.flatMap((flag) => flagLines(flag, hop)),
  ];
}

function flagLines(flag: string, { details, transportFailure }: Hop): string[] {
  const meaning = RESPONSE_FLAGS[flag];
  const more = [details, transportFailure].filter((part) => part !== '').join(', ');
  if (meaning === undefined) return [`    ${flag} (${more})`];
  return [`    ${flag}: ${meaning.cause} (${more})`, `      ${meaning.next}`];
}
