import type { Random } from '../../../src/base/random.js';
import type { RemoteClient } from '../../../src/client/remote-client.js';
import type { KubeObject } from '../../../src/resources/object.js';

const MAPS = { group: '', version: 'v1', resource: 'configmaps' };
const KEYS_OF_WRITER = 20;
const NAME = /^crash-\d+-\d+$/;

/** What one ConfigMap holds: a number, or `undefined` where it is not there. */
type State = number | undefined;

interface Account {
  /** After the last write that the server acknowledged. */
  acknowledged: State;
  /** A write whose answer did not come: it may have happened, or not. */
  inFlight?: { readonly state: State };
}

export interface Writing {
  stop(): void;
  /** When no writer writes any more. */
  readonly ended: Promise<void>;
}

/** Writes all the time, each writer to its own ConfigMaps, and knows what must therefore be there. */
export class Ledger {
  /** How many writes were acknowledged in all. */
  acknowledged = 0;
  private readonly accounts = new Map<string, Account>();
  private counter = 0;
  private revision_max = 0;

  constructor(
    private readonly random: Random,
    private readonly writers: number,
  ) {}

  /** Each writer goes on until it is stopped or a call fails. */
  write(client: RemoteClient): Writing {
    let stopped = false;
    const writers = Array.from({ length: this.writers }, async (_, writer) => {
      while (!stopped && (await this.once(client, writer)));
    });
    return {
      stop: () => {
        stopped = true;
      },
      ended: Promise.all(writers).then(() => {}),
    };
  }

  /** What the server has and should not, or should and has not; what it has is the truth from then on. */
  async problems(client: RemoteClient): Promise<string[]> {
    const { items, resourceVersion } = await client.list(MAPS, 'default');
    client.close();
    const there = new Map(
      items.filter(({ metadata }) => NAME.test(metadata.name)).map((map) => [map.metadata.name, numberIn(map)]),
    );
    const problems: string[] = [];
    if (Number(resourceVersion) < this.revision_max) {
      problems.push(`the revision went back from ${this.revision_max} to ${resourceVersion}`);
    }
    for (const [name, account] of this.accounts) {
      const { acknowledged, inFlight } = account;
      const found = there.get(name);
      const fine = found === acknowledged || (inFlight !== undefined && found === inFlight.state);
      if (!fine)
        problems.push(`${name} is ${found}, acknowledged was ${acknowledged}, in flight ${JSON.stringify(inFlight)}`);
      this.accounts.set(name, { acknowledged: found });
      there.delete(name);
    }
    for (const name of there.keys()) problems.push(`${name} is there, and nobody wrote it`);
    return problems;
  }

  /** One write. @returns false where the server did not answer it */
  private async once(client: RemoteClient, writer: number): Promise<boolean> {
    const name = `crash-${writer}-${this.random.below(KEYS_OF_WRITER)}`;
    const account = this.accounts.get(name) ?? { acknowledged: undefined };
    this.accounts.set(name, account);
    const exists = account.acknowledged !== undefined;
    const state = exists && this.random.below(4) === 0 ? undefined : ++this.counter;
    account.inFlight = { state };
    try {
      if (state === undefined) await client.delete(MAPS, name, 'default');
      else this.saw(await (exists ? client.update(MAPS, map(name, state)) : client.create(MAPS, map(name, state))));
    } catch {
      return false;
    }
    account.acknowledged = state;
    delete account.inFlight;
    this.acknowledged++;
    return true;
  }

  private saw({ metadata }: KubeObject): void {
    this.revision_max = Math.max(this.revision_max, Number(metadata.resourceVersion));
  }
}

function map(name: string, n: number): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { n: String(n) } };
}

function numberIn(object: KubeObject): number {
  return Number((object['data'] as { n?: string } | undefined)?.n);
}
