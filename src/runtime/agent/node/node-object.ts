import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { NodeStatus } from 'kubernetes-types/core/v1.js';
import type { NodeObject } from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import type { NodeFacts } from '../agent-parts.js';

/** Kubelet's default for maxPods. */
const PODS_MAX = 110;

export function machineCapacity(): NodeFacts['capacity'] {
  return { cpus: os.availableParallelism(), memory_bytes: os.totalmem() };
}

/** @param version of Trysail, shown in the VERSION column */
export function nodeObject(node: NodeFacts, version: string, driver: string, now_ms: number): NodeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: {
        'kubernetes.io/hostname': node.name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture(),
        'topology.kubernetes.io/region': node.region,
        'topology.kubernetes.io/zone': node.zone,
        'trysail.io/driver': driver,
      },
    },
    spec: {},
    status: nodeStatus(node, version, driver, now_ms),
  };
}

export function nodeStatus(node: NodeFacts, version: string, driver: string, now_ms: number): NodeStatus {
  const capacity = {
    cpu: String(node.capacity.cpus),
    memory: `${Math.floor(node.capacity.memory_bytes / 1024)}Ki`,
    pods: String(PODS_MAX),
  };
  const healthy = (type: string, reason: string, message: string) => condition(type, 'False', reason, message, now_ms);
  return {
    capacity,
    allocatable: capacity,
    addresses: [
      { type: 'InternalIP', address: node.hostIP },
      { type: 'Hostname', address: node.name },
    ],
    conditions: [
      healthy('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      healthy('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      healthy('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status', now_ms),
    ],
    nodeInfo: {
      architecture: architecture(),
      operatingSystem: 'linux',
      osImage: systemName(),
      kernelVersion: os.release(),
      containerRuntimeVersion: `trysail-${driver}://${version}`,
      kubeletVersion: `v${version}`,
      kubeProxyVersion: `v${version}`,
      machineID: '',
      systemUUID: '',
      bootID: '',
    },
  };
}

/** Linux distributions say their name in a file (os-release(5)); elsewhere the kernel's must do. */
function systemName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? os.version();
  } catch {
    return os.version();
  }
}

function condition(type: string, status: string, reason: string, message: string, now_ms: number) {
  return { type, status, reason, message, lastHeartbeatTime: rfc3339(now_ms), lastTransitionTime: rfc3339(now_ms) };
}

function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
