/**
 * A service that answers with its name, and with what the next one says where there is one:
 * `node service.js NAME PORT [NEXT_PORT NEXT_NAME]`.
 */
import http from 'node:http';

const [name = '', port = '', nextPort = '', nextName = ''] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });

function ask(done: (status: number, text: string) => void): void {
  const request = http.get({ host: '127.0.0.1', port: nextPort, agent, headers: { host: nextName } }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => done(response.statusCode ?? 0, text));
  });
  request.on('error', (error) => done(503, error.message));
}

const server = http.createServer((_, response) => {
  if (nextPort === '') {
    response.end(`${name}\n`);
    return;
  }
  ask((status, text) => {
    response.statusCode = status;
    response.end(`${name} => ${text}`);
  });
});
server.listen(Number(port), '127.0.0.1');
