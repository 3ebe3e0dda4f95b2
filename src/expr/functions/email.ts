import { Failure } from '../values.js';
import { dnsName, dnsNamesEqual } from './dns-name.js';

/** An address of RFC 5322 without a display name, with or without angle brackets. */
const ADDRESS =
  /^<?((?:[\w!#$%&'*+/=?^`{|}~-]|[^\x00-\x7f])+(?:\.(?:[\w!#$%&'*+/=?^`{|}~-]|[^\x00-\x7f])+)*|"(?:[^"\\]|\\.)*")@([^\s@<>",;]+)>?$/;

/** `email("alice@istio.io")` */
export function email(text: string): string | Failure {
  const address = parse(text);
  if (address === undefined) {
    return new Failure(`error converting '${text}' to e-mail: ${whyNot(text)}`);
  }
  const domain = dnsName(address.domain);
  return domain instanceof Failure ? new Failure(`error converting '${text}' to e-mail: '${domain.message}'`) : text;
}

function whyNot(text: string): string {
  if (/ <.*>$/.test(text)) return 'display names are not allowed';
  if (text.trim() === '') return "'mail: no address'";
  return text.includes('@') ? "'mail: expected an address such as a@b.example'" : "'mail: no angle-addr'";
}

/** The part before the @ counts as written, without its quotes, the part after it as a DNS name. */
export function emailsEqual(a: string, b: string): boolean | Failure {
  if (a === b) return true;
  const [first, second] = [parse(a), parse(b)];
  if (first === undefined || second === undefined) {
    return new Failure(`error comparing e-mails '${a}' and '${b}': not an address`);
  }
  return first.local === second.local && dnsNamesEqual(first.domain, second.domain);
}

function parse(text: string): { local: string; domain: string } | undefined {
  const match = ADDRESS.exec(text.trim());
  if (match === null || text.startsWith('<') !== text.endsWith('>')) return undefined;
  return { local: unquoted(match[1]!), domain: match[2]! };
}

function unquoted(local: string): string {
  return local.startsWith('"') ? local.slice(1, -1).replace(/\\(.)/g, '$1') : local;
}
