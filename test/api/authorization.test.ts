import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { command } from '../support/command.js';
import { hasKubectl } from '../support/kubectl.js';
import { startApiServer } from './server.js';

const options = hasKubectl ? {} : { skip: 'kubectl is not installed' };

async function start(t: TestContext, rbac: boolean): Promise<(line: string) => Promise<string>> {
  const { kubeconfig, folder } = await startApiServer(t, undefined, rbac);
  const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
  return async (line) => {
    const { stdout, stderr } = await command('kubectl', line.split(' '), { env });
    return (stdout + stderr).trim();
  };
}

test('a service account may do what roles grant it, and is told what they do not', options, async (t) => {
  const kubectl = await start(t, true);
  await kubectl('create serviceaccount bot');
  await kubectl('create role reader --verb=get,list --resource=pods');
  await kubectl('create rolebinding bots --role=reader --serviceaccount=default:bot');
  const token = await kubectl('create token bot');
  const bot = `--token=${token}`;
  assert.match(await kubectl(`auth whoami ${bot}`), /Username +system:serviceaccount:default:bot/);
  assert.equal(await kubectl(`get pods ${bot}`), 'No resources found in default namespace.');
  assert.equal(await kubectl(`delete pods --all ${bot}`), 'No resources found');
  assert.equal(
    await kubectl(`get secrets ${bot}`),
    'Error from server (Forbidden): secrets is forbidden: User "system:serviceaccount:default:bot" cannot list resource "secrets" in API group "" in the namespace "default"',
  );
  assert.match(
    await kubectl(`create configmap c ${bot}`),
    /configmaps is forbidden: User .* cannot create resource "configmaps" in API group "" in the namespace "default"/,
  );
  assert.equal(await kubectl(`auth can-i list pods ${bot}`), 'yes');
  assert.match(await kubectl(`auth can-i create pods ${bot}`), /^no/);
  assert.match(await kubectl('auth can-i get pods --as=nobody'), /^no/);
  assert.equal(await kubectl('auth can-i get pods --as=system:serviceaccount:default:bot'), 'yes');
  assert.match(await kubectl(`get pods --as=admin ${bot}`), /cannot impersonate resource "users"/);
  assert.match(await kubectl(`auth can-i --list ${bot}`), /pods +\[\] +\[\] +\[get list\]/);
  await kubectl('delete serviceaccount bot');
  assert.match(await kubectl(`get pods ${bot}`), /Unauthorized|must be logged in/);
});

test('without roles in force everybody with a token may do everything', options, async (t) => {
  const kubectl = await start(t, false);
  await kubectl('create serviceaccount bot');
  const token = await kubectl('create token bot --duration=10m');
  assert.match(await kubectl(`create configmap c --token=${token}`), /configmap\/c created/);
  assert.equal(await kubectl('auth can-i delete pods'), 'yes');
  assert.match(await kubectl('create token bot --duration=1m'), /may not be less than 10 minutes|Invalid value/);
});
