import { type Command, Option } from 'commander';

/** The options of istioctl and kubectl that say which API server and namespace are meant. */
export function addApiOptions(command: Command): Command {
  return command
    .addOption(new Option('-n, --namespace <name>', 'namespace of what does not say its own'))
    .addOption(new Option('-c, --kubeconfig <file>', 'kubeconfig; otherwise $KUBECONFIG, otherwise the running mesh'))
    .addOption(new Option('--context <name>', 'context of the kubeconfig'));
}
