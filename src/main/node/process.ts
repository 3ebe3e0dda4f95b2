import { messageOf } from '../../base/errors.js';
import { runNode } from './node.js';

const [configFile = ''] = process.argv.slice(2);
runNode(configFile).catch((error: unknown) => {
  process.stderr.write(`node failed: ${error instanceof Error ? error.stack : messageOf(error)}\n`);
  process.exit(1);
});
