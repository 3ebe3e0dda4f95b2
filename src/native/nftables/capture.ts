import type { NetlinkMessage } from '../netlink/message.js';
import {
  redirectTo,
  returns,
  whenDestination,
  whenInput,
  whenMark,
  whenOutput,
  whenTcp,
  whenTcpPort,
} from './expressions.js';
import { addNatChain, addTable, appendRule, Hook, transaction } from './messages.js';

export interface CaptureSpec {
  /** Where the pod's outgoing TCP ends: the listener `virtualOutbound`. */
  readonly outboundPort: number;
  /** Where TCP from other pods ends: the listener `virtualInbound`. */
  readonly inboundPort: number;
  /** Ports of the sidecar itself, that others reach directly. */
  readonly sidecarPorts: readonly number[];
  /** SO_MARK of the sidecar's own connections. */
  readonly mark: number;
  /** Addresses that are reached directly, such as the name server's. */
  readonly excludedAddresses: readonly string[];
}

const TABLE = 'trysail';
/** That of destination NAT. */
const PRIORITY = -100;

/** The rules that lead a pod's TCP through its sidecar, as one transaction for a netfilter socket of the pod's network. */
export function captureRules(spec: CaptureSpec): NetlinkMessage[] {
  const output = (...expressions: Buffer[]) => appendRule(TABLE, 'output', expressions);
  const prerouting = (...expressions: Buffer[]) => appendRule(TABLE, 'prerouting', expressions);
  return transaction([
    addTable(TABLE),
    addNatChain({ table: TABLE, name: 'output', hook: Hook.OUTPUT, priority: PRIORITY }),
    output(...whenMark(spec.mark), returns()),
    output(...whenOutput('lo'), returns()),
    ...spec.excludedAddresses.map((address) => output(...whenDestination(address), returns())),
    output(...whenTcp(), ...redirectTo(spec.outboundPort)),
    addNatChain({ table: TABLE, name: 'prerouting', hook: Hook.PREROUTING, priority: PRIORITY }),
    prerouting(...whenInput('lo'), returns()),
    ...spec.sidecarPorts.map((port) => prerouting(...whenTcpPort(port), returns())),
    prerouting(...whenTcp(), ...redirectTo(spec.inboundPort)),
  ]);
}
