import type { MeshStatus } from './launcher.js';

/** What `trysail status` prints, and the middle of what `trysail up` does. */
export function statusLines(status: MeshStatus): string {
  const lines: [string, string | undefined][] = [
    ['mesh', `${status.name}, Trysail ${status.version}, process ${status.pid}`],
    ['driver', `${status.driver} (${status.driverReason})`],
    ['ingress', status.ingress],
    ['API server', status.apiServer],
    ['console', status.console],
    ['registry', status.registry],
    ['kubeconfig', status.kubeconfig],
    ['state', status.stateFolder],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : `  ${name.padEnd(12)}${value}\n`)).join('');
}

/** The first screen: what runs, and the first things to type. */
export function welcome(status: MeshStatus, seconds: number, command: string): string {
  const example = status.try;
  const first = example ? `  curl ${hostFlag(example.host)}${status.ingress}${example.path}\n` : '';
  return [
    `\nThe mesh is up (${seconds.toFixed(1)} s).\n`,
    statusLines(status),
    '\nTry:\n',
    first,
    `  ${command} shell                  # a shell with kubectl, istioctl and curl for this mesh\n`,
    `  ${command} console                # a link that opens the console\n`,
    `  KUBECONFIG=${status.kubeconfig} kubectl get pods -A\n`,
  ].join('');
}

function hostFlag(host: string): string {
  return host === '' ? '' : `-H 'Host: ${host}' `;
}
