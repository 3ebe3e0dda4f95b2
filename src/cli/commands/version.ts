import type { RegisterCommand } from './command.js';

export const registerVersion: RegisterCommand = (program, { version, stdout }) => {
  program
    .command('version')
    .description('print the version')
    .option('--short', 'the number alone')
    .action(
      ({ short }: { short?: boolean }) =>
        void stdout.write(short ? `${version}\n` : `trysail ${version} (node ${process.versions.node})\n`),
    );
};
