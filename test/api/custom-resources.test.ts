import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type CommandResult, command } from '../support/command.js';
import { hasKubectl } from '../support/kubectl.js';
import { startApiServer } from './server.js';

const options = hasKubectl ? {} : { skip: 'kubectl is not installed' };

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: boats.harbour.test }
spec:
  group: harbour.test
  scope: Namespaced
  names: { plural: boats, kind: Boat, shortNames: [bo], categories: [all] }
  versions:
    - name: v1
      served: true
      storage: true
      subresources: { status: {}, scale: { specReplicasPath: .spec.masts, statusReplicasPath: .status.masts } }
      additionalPrinterColumns:
        - { name: Masts, type: integer, jsonPath: .spec.masts }
        - { name: Sail, type: string, jsonPath: ".spec.sails[*].cloth" }
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [masts, flag]
              properties:
                masts: { type: integer, minimum: 1, maximum: 5, default: 1 }
                flag: { type: string, minLength: 2, pattern: "^[A-Z]+$" }
                sails:
                  type: array
                  maxItems: 2
                  items: { type: object, properties: { cloth: { type: string, enum: [cotton, canvas], default: canvas } } }
                berth: { x-kubernetes-int-or-string: true }
                extra: { type: object, x-kubernetes-preserve-unknown-fields: true }
              oneOf: [{ required: [berth] }, { required: [sails] }]
            status: { type: object, properties: { masts: { type: integer } } }
`;

type Kubectl = (args: readonly string[], input?: string) => Promise<CommandResult>;

async function start(t: TestContext): Promise<Kubectl> {
  const { kubeconfig, folder } = await startApiServer(t);
  const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
  return (args, input = '') => command('kubectl', [...args], { env, input });
}

const boat = (name: string, spec: string): string =>
  `apiVersion: harbour.test/v1\nkind: Boat\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

test('a kind that users define is served, checked, completed and shown like the others', options, async (t) => {
  const kubectl = await start(t);
  assert.match((await kubectl(['apply', '-f', '-'], DEFINITION)).stdout, /boats.harbour.test created/);
  await kubectl(['wait', '--for=condition=Established', 'crd/boats.harbour.test', '--timeout=10s']);

  const applied = await kubectl(['apply', '-f', '-'], boat('swift', '{ flag: NL, sails: [{}, { cloth: cotton }] }'));
  assert.equal(applied.stdout, 'boat.harbour.test/swift created\n', applied.stderr);
  const again = await kubectl(['apply', '-f', '-'], boat('swift', '{ flag: DE, sails: [{}, { cloth: cotton }] }'));
  assert.equal(again.stdout, 'boat.harbour.test/swift configured\n', again.stderr);
  const shown = await kubectl(['get', 'bo']);
  assert.match(shown.stdout, /^NAME +MASTS +SAIL\nswift +1 +canvas,cotton\n$/);
  assert.match((await kubectl(['get', 'all'])).stdout, /boat.harbour.test\/swift/);
  assert.match((await kubectl(['explain', 'boat.spec.masts'])).stdout, /FIELD: masts <integer>/);

  const bad = await kubectl(
    ['apply', '-f', '-'],
    boat('sunk', '{ flag: X, masts: 9, berth: 1, sails: [{ cloth: silk }], colour: red }'),
  );
  assert.match(bad.stderr, /unknown field "spec.colour"/);
  const invalid = await kubectl(
    ['apply', '-f', '-'],
    boat('sunk', '{ flag: X, masts: 9, berth: 1, sails: [{ cloth: silk }] }'),
  );
  for (const why of [
    /spec.masts: Invalid value: 9: spec.masts in body should be less than or equal to 5/,
    /spec.flag: Invalid value: "X": spec.flag in body should be at least 2 chars long/,
    /spec.sails\[0\].cloth: Unsupported value: "silk"/,
    /spec: Invalid value: spec in body must validate one and only one schema \(oneOf\)/,
  ]) {
    assert.match(invalid.stderr, why);
  }

  await kubectl(['scale', 'boat/swift', '--replicas=3']);
  assert.equal((await kubectl(['get', 'boat', 'swift', '-o', 'jsonpath={.spec.masts}'])).stdout, '3');
  await kubectl(['patch', 'boat', 'swift', '--type=merge', '-p', '{"spec":{"extra":{"any":{"thing":[1,null]}}}}']);
  assert.equal((await kubectl(['get', 'boat', 'swift', '-o', 'jsonpath={.spec.extra.any.thing[0]}'])).stdout, '1');
  const second = await kubectl(['create', '-f', '-'], DEFINITION);
  assert.match(second.stderr, /already exists|is served already/);
});

test('a definition that could not be served is refused with the path of what is wrong', options, async (t) => {
  const kubectl = await start(t);
  const broken = DEFINITION.replace('name: boats.harbour.test', 'name: ships.harbour.test')
    .replace('type: integer, minimum: 1', 'type: number!, minimum: 1')
    .replace('storage: true', 'storage: false');
  const { stderr } = await kubectl(['apply', '-f', '-'], broken);
  assert.match(
    stderr,
    /metadata.name: Invalid value: "ships.harbour.test": must be spec.names.plural\+"."\+spec.group/,
  );
  assert.match(stderr, /spec.versions: Invalid value: .*must have exactly one version marked as storage version/);
  assert.match(
    stderr,
    /spec.versions\[0\].schema.openAPIV3Schema.properties\[spec\].properties\[masts\].type: Unsupported value/,
  );
});
