import type { ContainerSpec } from '../driver.js';

/** What a container has that asks for a change, as containerd's and Docker's default. */
const USUAL_CAPABILITIES = [
  'audit_write',
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'mknod',
  'net_bind_service',
  'net_raw',
  'setfcap',
  'setgid',
  'setpcap',
  'setuid',
  'sys_chroot',
];
const ALL = 'all';

/**
 * A container's rights as arguments of setpriv(1).
 * @param mapsUsers whether there are other users than root here; in a user namespace of one there are not
 */
export function privilegesOf(container: ContainerSpec, mapsUsers: boolean): string[] {
  const { user, capabilities, noNewPrivileges } = container;
  return [
    ...(user && mapsUsers ? userArguments(user) : []),
    ...(capabilities ? ['--bounding-set', `-all${boundingSet(capabilities)}`] : []),
    ...(noNewPrivileges ? ['--no-new-privs'] : []),
  ];
}

function userArguments({ uid, gid, groups }: NonNullable<ContainerSpec['user']>): string[] {
  const further = groups.length === 0 ? ['--clear-groups'] : ['--groups', groups.join(',')];
  return ['--reuid', String(uid), '--regid', String(gid), ...further];
}

function boundingSet({ add, drop }: NonNullable<ContainerSpec['capabilities']>): string {
  const added = add.map(nameOf);
  const dropped = drop.map(nameOf);
  if (added.includes(ALL)) return [',+all', ...dropped.map((name) => `-${name}`)].join(',');
  const kept = dropped.includes(ALL) ? [] : USUAL_CAPABILITIES.filter((name) => !dropped.includes(name));
  return [...new Set([...kept, ...added])].map((name) => `,+${name}`).join('');
}

function nameOf(capability: string): string {
  return capability.toLowerCase().replace(/^cap_/, '');
}
