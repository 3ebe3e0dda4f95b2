import { codeOf, messageOf } from '../../../base/errors.js';
import {
  captureRules,
  createBridge,
  createVeth,
  MountFlag,
  makeNetlinkDescriptor,
  makeSocket,
  mount,
  NetlinkFamily,
  NetlinkSocket,
  openOwnNamespace,
  setTreeReadOnly,
  unshareNamespaces,
} from '../../../native/index.js';
import { captureSpec, PROXY_MARK } from './capture.js';

/** What the probe prints when a step fails. */
export interface ProbeFailure {
  readonly step: 'mount' | 'namespace' | 'link' | 'capture' | 'mark';
  readonly code: string;
  readonly message: string;
}

/** A folder that every system has; the mount is seen by this process alone. */
const PLACE = '/tmp';

const STEPS: readonly { readonly step: ProbeFailure['step']; run(): void }[] = [
  {
    step: 'mount',
    run: () => {
      mount('tmpfs', PLACE, 'tmpfs', MountFlag.NOSUID, 'size=1m');
      setTreeReadOnly(PLACE);
    },
  },
  { step: 'namespace', run: () => unshareNamespaces(['net', 'uts', 'ipc']) },
  {
    step: 'link',
    run: () => {
      const links = new NetlinkSocket(makeNetlinkDescriptor(NetlinkFamily.ROUTE));
      const namespace = openOwnNamespace('net');
      links.transact([
        createBridge('mesh0', 2, '10.244.0.1'),
        createVeth({ name: 'pod0', master: 2, peer: { name: 'eth0', index: 4, namespace, ip: '10.244.0.2' } }),
      ]);
    },
  },
  {
    step: 'capture',
    run: () =>
      new NetlinkSocket(makeNetlinkDescriptor(NetlinkFamily.NETFILTER)).transact(
        captureRules(captureSpec(['10.96.0.10'])),
      ),
  },
  { step: 'mark', run: () => void makeSocket({ kind: 'tcp-client', mark: PROXY_MARK }) },
];

/** The program of `detect()`: one try of each thing that the driver does; it ends with all of it. */
function probe(): void {
  for (const { step, run } of STEPS) {
    try {
      run();
    } catch (error) {
      const failure: ProbeFailure = { step, code: codeOf(error) ?? '', message: messageOf(error) };
      process.stdout.write(JSON.stringify(failure));
      process.exitCode = 1;
      return;
    }
  }
}

probe();
