import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ContainerLimits } from '../driver.js';

/** Length of the period in which a container may use its share of the processors: kubelet's. */
const PERIOD_US = 100_000;
/** The kernel refuses less. */
const QUOTA_US_MIN = 1_000;
const MOUNT_POINT = '/sys/fs/cgroup';
const CONTROLLERS = ['memory', 'cpu'] as const;
type Controller = (typeof CONTROLLERS)[number];

/** Files of a control group in either version of the interface; cgroups(7). */
const FILES = {
  v1: {
    memory: (bytes: number) => ({ 'memory.limit_in_bytes': String(bytes) }),
    cpu: (quota_us: number) => ({ 'cpu.cfs_period_us': String(PERIOD_US), 'cpu.cfs_quota_us': String(quota_us) }),
    outOfMemory: 'memory.oom_control',
  },
  v2: {
    memory: (bytes: number) => ({ 'memory.max': String(bytes) }),
    cpu: (quota_us: number) => ({ 'cpu.max': `${quota_us} ${PERIOD_US}` }),
    outOfMemory: 'memory.events',
  },
} as const;

/** One container's groups: the same folder for both controllers in version 2. */
export interface ContainerGroup {
  /** Puts a process, with those that it will start, under the limits. */
  add(pid: number): void;
  /** Whether the kernel ended one of its processes because of the memory limit. */
  readonly wasOutOfMemory: boolean;
  /** When its processes have ended. */
  remove(): void;
}

/** Limits of memory and processors by the kernel's control groups, for root where the machine lets it. */
export class Cgroups {
  private counter = 0;
  private isMade = false;

  private constructor(
    private readonly version: 'v1' | 'v2',
    /** This driver's own folder of each controller. */
    private readonly folders: ReadonlyMap<Controller, string>,
  ) {}

  /**
   * @param runDir of the driver: groups of another that had it, and was killed, are removed
   * @param mountPoint for tests
   * @returns undefined where groups cannot be made
   */
  static open(runDir: string, mountPoint = MOUNT_POINT): Cgroups | undefined {
    const found = rootsIn(mountPoint);
    if (!found?.roots.every(([, root]) => isWritable(root))) return undefined;
    removeCgroups(runDir, mountPoint);
    return new Cgroups(
      found.version,
      new Map(found.roots.map(([controller, root]) => [controller, join(root, nameOf(runDir))])),
    );
  }

  /** Whether a driver of this user could. */
  static areUsable(): boolean {
    return rootsIn(MOUNT_POINT)?.roots.every(([, root]) => isWritable(root)) ?? false;
  }

  make(limits: ContainerLimits): ContainerGroup {
    this.prepare();
    const name = String(++this.counter);
    const group = new Map([...this.folders].map(([controller, folder]) => [controller, join(folder, name)]));
    const files = FILES[this.version];
    for (const folder of new Set(group.values())) mkdirSync(folder);
    const quota_us = limits.cpus && Math.max(QUOTA_US_MIN, Math.round(limits.cpus * PERIOD_US));
    write(group.get('cpu'), quota_us ? files.cpu(quota_us) : {});
    write(group.get('memory'), limits.memory_bytes ? files.memory(Math.round(limits.memory_bytes)) : {});
    const events = join(group.get('memory') ?? '', files.outOfMemory);
    return {
      add: (pid) => {
        for (const folder of new Set(group.values())) write(folder, { 'cgroup.procs': String(pid) });
      },
      get wasOutOfMemory() {
        return Number(/^oom_kill (\d+)$/m.exec(readFileSync(events, 'utf8'))?.[1] ?? 0) > 0;
      },
      remove: () => {
        for (const folder of new Set(group.values())) removeGroup(folder);
      },
    };
  }

  /** Once something needs it: most meshes limit nothing. */
  private prepare(): void {
    if (this.isMade) return;
    for (const folder of new Set(this.folders.values())) {
      mkdirSync(folder, { recursive: true });
      if (this.version === 'v2') enable(folder);
    }
    this.isMade = true;
  }

  close(): void {
    for (const folder of new Set(this.folders.values())) removeGroup(folder);
  }
}

/** Groups that a driver with this folder left behind when it was killed. */
export function removeCgroups(runDir: string, mountPoint = MOUNT_POINT): void {
  for (const [, root] of rootsIn(mountPoint)?.roots ?? []) removeGroup(join(root, nameOf(runDir)));
}

function nameOf(runDir: string): string {
  return `trysail-${createHash('sha256').update(runDir).digest('hex').slice(0, 16)}`;
}

/** Version 2 alone, whose root hands the controllers down, or version 1 with a mount for each. */
function rootsIn(mountPoint: string) {
  const both = (root: (controller: Controller) => string) =>
    CONTROLLERS.map((controller) => [controller, root(controller)] as const);
  if (existsSync(join(mountPoint, 'cgroup.controllers'))) {
    const given = readFileSync(join(mountPoint, 'cgroup.subtree_control'), 'utf8').trim().split(' ');
    if (!CONTROLLERS.every((controller) => given.includes(controller))) return undefined;
    return { version: 'v2', roots: both(() => mountPoint) } as const;
  }
  const roots = both((controller) => join(mountPoint, controller));
  const isThere = roots.every(([, root]) => existsSync(join(root, 'cgroup.procs')));
  return isThere ? ({ version: 'v1', roots } as const) : undefined;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** In version 2 a group has the controllers that the one above it hands down. */
function enable(folder: string): void {
  write(folder, { 'cgroup.subtree_control': CONTROLLERS.map((controller) => `+${controller}`).join(' ') });
}

function write(folder: string | undefined, files: Readonly<Record<string, string>>): void {
  if (folder === undefined) return;
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** With the groups in it. One whose processes are still ending stays, and goes with the next that has its name. */
function removeGroup(folder: string): void {
  if (!existsSync(folder)) return;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) removeGroup(join(folder, entry.name));
    }
    rmdirSync(folder);
  } catch {
    // Busy, or somebody else's.
  }
}
