import { errnoError } from '../errno.js';
import { NativeError } from '../errors.js';
import { check, libc } from '../libc.js';
import { encodeMessage, Flag, type NetlinkMessage, parseAcknowledgements } from './message.js';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;

/** The netlink families in use: links, addresses and routes; nf_tables. */
export const NetlinkFamily = { ROUTE: 0, NETFILTER: 12 } as const;

/** One batch at most, in bytes: the kernel's default send buffer is 208 KiB. */
export const BATCH_BYTES_MAX = 128 * 1024;
const ANSWER_BYTES = 64 * 1024;

/** @returns a netlink descriptor whose network is that of the calling thread */
export function makeNetlinkDescriptor(family: number): number {
  const c = libc();
  const fd = check(c.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family), 'open a netlink socket');
  const one = Buffer.from([1, 0, 0, 0]);
  // Best effort: without them only the kernel's words are missing.
  c.setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, one, one.length);
  c.setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, one, one.length);
  return fd;
}

/** Sends batches of requests; the kernel has worked them off when the call returns. */
export class NetlinkSocket {
  private sequence = 1;

  /** @param fd from {@link makeNetlinkDescriptor}; closed by {@link close} */
  constructor(private readonly fd: number) {}

  /**
   * All messages in one datagram, in order.
   * @throws NativeError the first failure, with what its message was for
   */
  transact(messages: readonly NetlinkMessage[]): void {
    const first = this.sequence;
    const datagram = Buffer.concat(messages.map((message) => encodeMessage(message, this.sequence++)));
    if (datagram.length > BATCH_BYTES_MAX) {
      throw new NativeError('EMSGSIZE', `A netlink batch of ${datagram.length} bytes is over ${BATCH_BYTES_MAX}`);
    }
    check(Number(libc().send(this.fd, datagram, datagram.length, 0)), messages[0]?.doing ?? 'send an empty batch');
    this.awaitAcknowledgements(messages, first);
  }

  close(): void {
    libc().close(this.fd);
  }

  private awaitAcknowledgements(messages: readonly NetlinkMessage[], first: number): void {
    const waiting = new Set<number>();
    messages.forEach((message, index) => {
      if (message.flags & Flag.ACK) waiting.add(first + index);
    });
    const buffer = Buffer.allocUnsafe(ANSWER_BYTES);
    let failure: NativeError | undefined;
    while (waiting.size > 0) {
      const length = Number(libc().recv(this.fd, buffer, buffer.length, MSG_DONTWAIT));
      if (length === -1) {
        const errno = libc().errno();
        // After a failure the kernel may leave the rest of a batch unanswered.
        if (errno === EAGAIN && failure !== undefined) break;
        throw errnoError(errno, `read the kernel's answer to "${messages[0]?.doing}"`);
      }
      for (const ack of parseAcknowledgements(buffer.subarray(0, length))) {
        waiting.delete(ack.sequence);
        const doing = messages[ack.sequence - first]?.doing;
        if (ack.errno !== 0 && doing !== undefined) failure ??= errnoError(ack.errno, doing, ack.text);
      }
    }
    if (failure) throw failure;
  }
}
