import { notRunning } from '../status.js';
import { json, type OutputFlags, outputOption, type RegisterImageCommand } from './shared.js';

export const registerRegistry: RegisterImageCommand = (image, open, { stdout }) => {
  image
    .command('registry')
    .description("print the address of the mesh's own registry, and how other programs log in to it")
    .option('--password', 'print the password alone')
    .addOption(outputOption())
    .addHelpText(
      'after',
      [
        '\nEverybody on this machine may pull; a push needs the user "trysail" and the password.',
        '\nExamples:',
        '  trysail image registry --password | docker login --username trysail --password-stdin 127.0.0.1:5000',
        '  trysail image registry --password | crane auth login --username trysail --password-stdin 127.0.0.1:5000',
      ].join('\n'),
    )
    .action(async ({ password: alone, output }: OutputFlags & { password?: boolean }) => {
      const { address, username, password } = await (await open()).registry();
      if (alone && password !== undefined) return void stdout.write(`${password}\n`);
      if (address === undefined) throw notRunning('of these images');
      if (output === 'json') return void stdout.write(json({ address, username, password }));
      const login = `trysail image registry --password | docker login --username ${username} --password-stdin ${address}`;
      stdout.write(`Registry: ${address}\nLog in:   ${login}\n`);
    });
};
