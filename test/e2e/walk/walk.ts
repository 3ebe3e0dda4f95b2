import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Answer, ask, eventually, mean, poll, siege, type Target } from '../../support/load.js';
import type { Mesh } from '../../support/mesh.js';
import { repositoryRoot } from '../../support/repository.js';

const NAMESPACE = 'istio-tutorial';
const HOST = 'customer.istio-tutorial.jimmysong.io';
const PODS_READY_MS = 45_000;
const EFFECT_MS = 5_000;

/** The tutorial as a person walks it: each method is one step, typed as its page has it, and checks what must be seen. */
export class Walk {
  /** @param folder with the tutorial's manifests */
  constructor(
    private readonly mesh: Mesh,
    private readonly folder: string,
    private readonly say: (line: string) => void,
  ) {}

  async run(): Promise<void> {
    await this.step('2  images built by name', () => this.buildImages());
    await this.step('3  three services with sidecars', () => this.deployServices());
    await this.step('4  ingress', () => this.ingress());
    await this.step('6  v1 and v2 in turn', () => this.deployV2());
    await this.step('7  all to v2', () => this.allToV2());
    await this.step('8  weights', () => this.weights());
    await this.step('9  fault: abort', () => this.abort());
    await this.step('10 fault: delay', () => this.delay());
    await this.step('11 precedence and retry', () => this.precedence());
    await this.step('12 slow v2 and a timeout', () => this.timeout());
    await this.step('19 circuit breaker', () => this.circuitBreaker());
    await this.step('13 by header', () => this.byHeader());
    await this.step('14 mirror', () => this.mirror());
    await this.step('17 random load balancing', () => this.randomLoadBalancing());
    await this.step('20 pool ejection', () => this.poolEjection());
    await this.step('21 ejection with retry: no error', () => this.ejectionWithRetry());
    await this.step('25 get and delete rules', () => this.getAndDelete());
  }

  private async step(name: string, body: () => Promise<void>): Promise<void> {
    const started = performance.now();
    await body();
    this.say(`ok ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }

  // --- what the steps share

  private type(line: string, options: { fails?: boolean; timeout_ms?: number } = {}): Promise<string> {
    return this.mesh.shell(line, { cwd: this.folder, ...options });
  }

  private get target(): Target {
    return { ingress: this.mesh.status.ingress, host: HOST };
  }

  private as(userAgent: string): Target {
    return { ...this.target, userAgent };
  }

  private poll(count: number, target = this.target): Promise<Answer[]> {
    return poll(target, count);
  }

  private async podsReady(count: number): Promise<void> {
    await eventually(`${count} pods 2/2 Running`, PODS_READY_MS, async () => {
      const pods = (await this.type('kubectl get pod --no-headers')).trim().split('\n');
      const ready = pods.filter((line) => /\s2\/2\s+Running\s/.test(line));
      if (ready.length === count && pods.length === count) return true;
      throw new Error(pods.join('\n'));
    });
  }

  /** `kubectl get pod -w` of the deployment is until both the pods and the proxies that call them know. */
  private async effect(what: string, holds: (answers: Answer[]) => boolean, count = 6): Promise<void> {
    await eventually(what, EFFECT_MS, async () => {
      const answers = await this.poll(count);
      if (holds(answers)) return true;
      throw new Error(bodies(answers).join('\n'));
    });
  }

  private async podOf(version: string, index = 0): Promise<string> {
    const names = (await this.type(`kubectl get pod -l app=recommendation,version=${version} -o name`))
      .trim()
      .split('\n');
    const name = names[index];
    assert.ok(name, `no pod of ${version}`);
    return name;
  }

  private async buildImages(): Promise<void> {
    for (const name of ['customer', 'preference', 'recommendation']) await this.build(name, 'v1');
    await this.build('recommendation', 'v2');
    const list = await this.mesh.trysail(['image', 'list']);
    for (const name of ['customer', 'preference', 'recommendation']) {
      assert.match(list.stdout, new RegExp(`jimmysong/istio-tutorial-${name}\\s+v1\\s`));
    }
  }

  private async build(name: string, tag: string, extra = ''): Promise<void> {
    const context = join(repositoryRoot(), 'examples', 'tutorial', name);
    const version = name === 'recommendation' ? `--build-arg VERSION=${tag}` : '';
    await this.type(`trysail image build -t jimmysong/istio-tutorial-${name}:${tag} ${version} ${extra} ${context}`);
  }

  private async deployServices(): Promise<void> {
    await this.type(`kubectl create ns ${NAMESPACE}`);
    for (const name of ['recommendation', 'preference', 'customer']) {
      await this.type(`kubectl apply -f <(istioctl kube-inject -f ${name}/kubernetes/Deployment.yml) -n ${NAMESPACE}`);
      await this.type(`kubectl create -f ${name}/kubernetes/Service.yml -n ${NAMESPACE}`);
    }
    await this.podsReady(3);
  }

  private async ingress(): Promise<void> {
    await this.type('kubectl apply -f ingress/ingress.yml');
    await this.effect('the ingress answers', (answers) => answers.every((answer) => answer.status === 200));
    const answer = await this.type(`curl -s ${HOST}`);
    assert.match(answer, /^customer => preference => recommendation v1 from '[a-z0-9]+-[a-z0-9]{5}': \d+\n?$/);
  }

  private async deployV2(): Promise<void> {
    await this.type(
      `kubectl apply -f <(istioctl kube-inject -f recommendation/kubernetes/Deployment-v2.yml) -n ${NAMESPACE}`,
    );
    await this.podsReady(4);
    await this.effect('both versions answer', (answers) => versions(answers).includes('v2'));
    const turns = versions(await this.poll(8));
    for (let i = 1; i < turns.length; i++) assert.notEqual(turns[i], turns[i - 1], turns.join(' '));
    await this.type(`kubectl scale --replicas=2 deployment/recommendation-v2 -n ${NAMESPACE}`);
    await this.podsReady(5);
    await this.effect('three pods answer', (answers) => new Set(bodies(answers).map(podIn)).size === 3);
    const pods = (await this.poll(9)).map((answer) => podIn(answer.body));
    for (let i = 3; i < pods.length; i++) assert.equal(pods[i], pods[i - 3], `not in turn: ${pods.join(' ')}`);
    await this.type(`kubectl scale --replicas=1 deployment/recommendation-v2 -n ${NAMESPACE}`);
    await this.podsReady(4);
  }

  private async allToV2(): Promise<void> {
    const created = await this.type(`istioctl create -f istiofiles/route-rule-recommendation-v2.yml -n ${NAMESPACE}`);
    assert.match(created, /Created config route-rule\/istio-tutorial\/recommendation-default at revision \d+/);
    await this.effect('all v2', (answers) => versions(answers).every((version) => version === 'v2'));
    await this.type(`istioctl delete routerule recommendation-default -n ${NAMESPACE}`);
    await this.effect('in turn again', (answers) => new Set(versions(answers)).size === 2);
  }

  private async weights(): Promise<void> {
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-v1_and_v2.yml -n ${NAMESPACE}`);
    await this.effect(
      'the weights rule',
      (answers) => versions(answers).filter((version) => version === 'v1').length > 10,
      20,
    );
    // Bounds: five standard deviations of a binomial of 400 around its mean.
    await this.expectShare('90/10', 10, 70);
    await this.type(`istioctl replace -f istiofiles/route-rule-recommendation-v1_and_v2_75_25.yml -n ${NAMESPACE}`);
    await settle();
    await this.expectShare('75/25', 57, 143);
    await this.type(`istioctl replace -f istiofiles/route-rule-recommendation-v1_and_v2_50_50.yml -n ${NAMESPACE}`);
    await settle();
    await this.expectShare('50/50', 150, 250);
    await this.type(`istioctl delete -f istiofiles/route-rule-recommendation-v1_and_v2.yml -n ${NAMESPACE}`);
  }

  private async expectShare(name: string, least: number, most: number): Promise<void> {
    const v2 = versions(await this.poll(400)).filter((version) => version === 'v2').length;
    assert.ok(v2 >= least && v2 <= most, `${name}: ${v2} of 400 to v2, expected ${least} to ${most}`);
  }

  private async abort(): Promise<void> {
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-503.yml -n ${NAMESPACE}`);
    await settle();
    const answers = await this.poll(100);
    const aborted = answers.filter((answer) => answer.body === 'customer => 503 preference => 503 fault filter abort');
    assert.ok(aborted.length >= 25 && aborted.length <= 75, `${aborted.length} of 100 aborted`);
    assert.ok(aborted.every((answer) => answer.status === 503));
    await this.type(`istioctl delete -f istiofiles/route-rule-recommendation-503.yml -n ${NAMESPACE}`);
  }

  private async delay(): Promise<void> {
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-delay.yml -n ${NAMESPACE}`);
    await settle();
    const answers = await siege(this.target, 20, 1);
    const delayed = answers.filter((answer) => answer.took_ms > 6_900);
    assert.ok(delayed.length >= 1 && delayed.length <= 19, `${delayed.length} of 20 delayed`);
    assert.ok(answers.every((answer) => answer.status === 200 && (answer.took_ms < 1_500 || answer.took_ms > 6_900)));
    await this.type(`istioctl delete -f istiofiles/route-rule-recommendation-delay.yml -n ${NAMESPACE}`);
  }

  private async precedence(): Promise<void> {
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-v2_503.yml -n ${NAMESPACE}`);
    await settle();
    const faulty = await this.poll(40);
    assert.ok(faulty.some((answer) => answer.status === 503));
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-v2_retry.yml -n ${NAMESPACE}`);
    await settle();
    const retried = await this.poll(60);
    assert.ok(
      retried.every((answer) => answer.status === 200 && versionIn(answer.body) === 'v2'),
      bodies(retried).join('\n'),
    );
    for (const rule of ['v2_503', 'v2_retry']) {
      await this.type(`istioctl delete -f istiofiles/route-rule-recommendation-${rule}.yml -n ${NAMESPACE}`);
    }
  }

  private async replaceV2(extra: string): Promise<void> {
    await this.build('recommendation', 'v2', extra);
    await this.type(`kubectl delete pod -l app=recommendation,version=v2 -n ${NAMESPACE}`);
    await this.podsReady(4);
  }

  private async timeout(): Promise<void> {
    await this.replaceV2('--build-arg DELAY_MS=3000');
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-timeout.yml -n ${NAMESPACE}`);
    await settle();
    const answers = await this.poll(8);
    const late = answers.filter((answer) => answer.status === 503);
    assert.ok(late.length >= 3, bodies(answers).join('\n'));
    for (const answer of late) {
      assert.equal(answer.body, 'customer => 503 preference => 504 upstream request timeout');
      assert.ok(answer.took_ms >= 990 && answer.took_ms < 1_500, `${answer.took_ms} ms`);
    }
    assert.ok(answers.filter((answer) => answer.status === 200).every((answer) => versionIn(answer.body) === 'v1'));
    await this.type(`istioctl delete -f istiofiles/route-rule-recommendation-timeout.yml -n ${NAMESPACE}`);
  }

  private async circuitBreaker(): Promise<void> {
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-v1_and_v2_50_50.yml -n ${NAMESPACE}`);
    await settle();
    const open = await siege(this.target, 20, 2);
    assert.deepEqual(failures(open), [], 'available without a breaker');
    const times_ms = open.map((answer) => answer.took_ms);
    assert.ok(Math.max(...times_ms) > 6_000, `longest ${Math.max(...times_ms)} ms`);
    assert.ok(mean(times_ms) > 1_000, `mean ${mean(times_ms)} ms`);
    await this.type(`istioctl create -f istiofiles/recommendation_cb_policy_version_v2.yml -n ${NAMESPACE}`);
    await settle();
    const broken = await siege(this.target, 20, 2);
    const refused = broken.filter((answer) => answer.status === 503);
    assert.ok(refused.length >= 8 && refused.length <= 32, `${refused.length} of 40 refused`);
    const meanBroken_ms = mean(broken.map((answer) => answer.took_ms));
    assert.ok(meanBroken_ms < 1_000, `mean ${meanBroken_ms} ms`);
    assert.ok(
      refused.every((answer) => answer.took_ms < 700),
      'refusals are quick',
    );
    const v2 = versions(broken).filter((version) => version === 'v2').length;
    assert.ok(v2 >= 1 && v2 <= 4, `${v2} answers of v2`);
    await this.type(`istioctl delete -f istiofiles/recommendation_cb_policy_version_v2.yml -n ${NAMESPACE}`);
    await this.type(`istioctl delete -f istiofiles/route-rule-recommendation-v1_and_v2_50_50.yml -n ${NAMESPACE}`);
    await this.replaceV2('');
  }

  private async byHeader(): Promise<void> {
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-v1.yml -n ${NAMESPACE}`);
    for (const [rule, agent] of [
      ['safari', 'Safari'],
      ['firefox', 'Firefox'],
      ['mobile', 'Mozilla/5.0 (iPhone; U; CPU iPhone OS 4_3_3 like Mac OS X; en-us) Mobile/8J2'],
    ] as const) {
      const file = `istiofiles/route-rule-${rule}-recommendation-v2.yml`;
      await this.type(`istioctl create -f ${file} -n ${NAMESPACE}`);
      await settle();
      const matched = versions(await this.poll(5, this.as(agent)));
      assert.deepEqual(new Set(matched), new Set(['v2']), agent);
      assert.equal(versionIn(await this.type(`curl -s -A '${agent}' ${HOST}`)), 'v2');
      assert.deepEqual(new Set(versions(await this.poll(5, this.as('curl/7.54.0')))), new Set(['v1']));
      await this.type(`istioctl delete -f ${file} -n ${NAMESPACE}`);
    }
    await this.type(`istioctl delete -f istiofiles/route-rule-recommendation-v1.yml -n ${NAMESPACE}`);
  }

  private async mirror(): Promise<void> {
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-v1-mirror-v2.yml -n ${NAMESPACE}`);
    await settle();
    const pod = await this.podOf('v2');
    const before = lines(await this.type(`kubectl logs ${pod} -c recommendation`));
    assert.deepEqual(new Set(versions(await this.poll(10))), new Set(['v1']));
    await eventually('ten copies in the log of v2', EFFECT_MS, async () => {
      const copies = lines(await this.type(`kubectl logs ${pod} -c recommendation`)) - before;
      if (copies >= 10) return true;
      throw new Error(`${copies} lines`);
    });
    await this.type(`istioctl delete -f istiofiles/route-rule-recommendation-v1-mirror-v2.yml -n ${NAMESPACE}`);
  }

  private async randomLoadBalancing(): Promise<void> {
    await this.type(`kubectl scale deployment recommendation-v1 --replicas=2 -n ${NAMESPACE}`);
    await this.podsReady(5);
    await this.effect('three pods answer', (answers) => new Set(bodies(answers).map(podIn)).size === 3, 9);
    assert.ok(isPeriodic(await this.poll(30), 3), 'in turn before the policy');
    await this.type(`istioctl create -f istiofiles/recommendation_lb_policy_app.yml -n ${NAMESPACE}`);
    await settle();
    // In turn by chance: (1/3)^27.
    const random = await this.poll(30);
    assert.ok(!isPeriodic(random, 3), 'random with the policy');
    assert.equal(new Set(bodies(random).map(podIn)).size, 3);
    await this.type(`istioctl delete -f istiofiles/recommendation_lb_policy_app.yml -n ${NAMESPACE}`);
    await this.type(`kubectl scale deployment recommendation-v1 --replicas=1 -n ${NAMESPACE}`);
    await this.podsReady(4);
  }

  private async poolEjection(): Promise<void> {
    await this.type(`istioctl create -f istiofiles/route-rule-recommendation-v1_and_v2_50_50.yml -n ${NAMESPACE}`);
    await this.type(`kubectl scale deployment recommendation-v2 --replicas=2 -n ${NAMESPACE}`);
    await this.podsReady(5);
    const pod = (await this.podOf('v2')).replace('pod/', '');
    const told = await this.type(`kubectl exec ${pod} -c recommendation -- curl -s localhost:8080/misbehave`);
    assert.match(told, /Following requests to '\/' will return a 503/);
    await this.effect('errors of one pod', (answers) => answers.some((answer) => answer.status === 503), 12);
    await this.type(`istioctl create -f istiofiles/recommendation_cb_policy_pool_ejection.yml -n ${NAMESPACE}`);
    await settle();
    const errorsAt_ms = await this.errorsWhilePolling(22_000);
    assert.ok(errorsAt_ms.length <= 3, `${errorsAt_ms.length} errors at ${errorsAt_ms.join(', ')} ms`);
    for (let i = 1; i < errorsAt_ms.length; i++) {
      const gap_ms = errorsAt_ms[i]! - errorsAt_ms[i - 1]!;
      assert.ok(gap_ms >= 14_000, `errors ${gap_ms} ms apart`);
    }
  }

  private async errorsWhilePolling(for_ms: number): Promise<number[]> {
    const errors: number[] = [];
    const started = performance.now();
    while (performance.now() - started < for_ms) {
      if ((await ask(this.target)).status === 503) errors.push(Math.round(performance.now() - started));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return errors;
  }

  private async ejectionWithRetry(): Promise<void> {
    await this.type(`istioctl replace -f istiofiles/route-rule-recommendation-v1_and_v2_retry.yml -n ${NAMESPACE}`);
    await settle();
    assert.deepEqual(await this.errorsWhilePolling(18_000), []);
    await this.type(`kubectl scale deployment recommendation-v2 --replicas=1 -n ${NAMESPACE}`);
  }

  private async getAndDelete(): Promise<void> {
    const rules = await this.type(`istioctl get routerule -n ${NAMESPACE}`);
    assert.match(rules, /^NAME\s+KIND\s+NAMESPACE/m);
    assert.match(rules, /^recommendation-v1-v2\s+RouteRule\.v1alpha2\.config\.istio\.io\s+istio-tutorial/m);
    await this.type(`istioctl delete -f istiofiles/recommendation_cb_policy_pool_ejection.yml -n ${NAMESPACE}`);
    await this.type(`istioctl delete routerule recommendation-v1-v2 -n ${NAMESPACE}`);
    const error = await this.type(`istioctl delete routerule recommendation-v1-v2 -n ${NAMESPACE}`, { fails: true });
    assert.match(error, /recommendation-v1-v2.*not found/);
    await this.type(`kubectl delete ns ${NAMESPACE} --timeout=60s`, { timeout_ms: 70_000 });
  }
}

/** A change is acknowledged by all proxies well within this; the walk's own measure is in bench/. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}

function bodies(answers: readonly Answer[]): string[] {
  return answers.map((answer) => answer.body);
}

/** Those that were not answered with 200, as a person would report them. */
function failures(answers: readonly Answer[]): string[] {
  return answers
    .filter(({ status }) => status !== 200)
    .map(({ status, body, took_ms }) => `${status} after ${took_ms.toFixed(0)} ms: ${body}`);
}

function versionIn(body: string): string {
  return /recommendation (v\d) from/.exec(body)?.[1] ?? `none: ${body}`;
}

function versions(answers: readonly Answer[]): string[] {
  return answers.map((answer) => versionIn(answer.body));
}

function podIn(body: string): string {
  return /from '([^']+)'/.exec(body)?.[1] ?? `none: ${body}`;
}

function isPeriodic(answers: readonly Answer[], period: number): boolean {
  const pods = bodies(answers).map(podIn);
  return pods.every((pod, i) => i < period || pod === pods[i - period]);
}

function lines(text: string): number {
  return text.split('\n').filter((line) => line !== '').length;
}
