/**
 * The command line under which the node agent runs so that NetnsDriver works: mount and PID namespaces of its own (and, for an
 * ordinary user, a user namespace in which it is root), all gone when it or the wrapper ends, however. The network stays the host's.
 * The wrapper ignores SIGTERM while the agent runs: tell the agent itself, or kill the wrapper.
 * @param nodeArgv the agent's own command line
 * @param uid of the caller; 0 needs no user namespace
 */
export function agentCommand(nodeArgv: readonly string[], uid = process.getuid?.() ?? 0): string[] {
  const user = uid === 0 ? [] : ['--user', '--map-root-user'];
  const rest = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private', '--'];
  return ['unshare', ...user, ...rest, ...nodeArgv];
}
