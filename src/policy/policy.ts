import { type AttributeBag, Failure, vocabularyOf } from '../expr/index.js';
import type { Check } from './checks.js';
import { applies, type CompiledRule, compileRule, openLists } from './compiled-rules.js';
import type { PolicyConfig } from './config.js';
import type { PolicyEnvironment } from './environment.js';
import { explainRule, type RuleExplanation } from './explanation.js';
import { chargeRequest } from './quota/charge-request.js';
import { Charges } from './quota/charges.js';
import { ALLOWED, OK, type Verdict } from './status.js';

/** The services that requests come for are few; names that strangers make up are not remembered beyond this. */
const SERVICES_REMEMBERED_MAX = 4_096;

/** Which rules hold for the services of one namespace: the root's first. */
interface RuleSet {
  readonly checks: readonly CompiledRule[];
  readonly quotas: readonly CompiledRule[];
  readonly reports: readonly CompiledRule[];
  readonly generators: readonly CompiledRule[];
}

/** A compiled {@link PolicyConfig}. It holds timers where lists are fetched: close it when another takes its place. */
export class Policy {
  private readonly rules: readonly CompiledRule[];
  private readonly charges: Charges;
  private readonly lists;
  private readonly byNamespace = new Map<string, RuleSet>();
  private readonly byService = new Map<string, RuleSet>();

  constructor(
    private readonly config: PolicyConfig,
    private readonly environment: PolicyEnvironment,
  ) {
    const vocabulary = vocabularyOf(new Map(Object.entries(config.attributes)));
    this.lists = openLists(config, environment);
    const context = { config, vocabulary, environment, lists: this.lists };
    this.rules = config.rules.map((rule) => compileRule(rule, context)).filter((rule) => rule !== undefined);
    this.charges = new Charges(config.quotaSpecs);
  }

  /** Whether requests need be checked at all. */
  get checks(): boolean {
    return this.rules.some(({ checks, quotas }) => checks.length + quotas.length > 0);
  }

  get reports(): boolean {
    return this.rules.some(({ reports }) => reports.length > 0);
  }

  /**
   * Preconditions, and the quotas when all of them hold. A promise only where a quota is counted elsewhere or a list was not yet read.
   * @param requestId of the request: asked again with the same one, quotas are not charged again. Empty: none
   */
  check(attributes: AttributeBag, requestId = ''): Verdict | Promise<Verdict> {
    const rules = this.rulesFor(attributes);
    if (rules.checks.length === 0 && rules.quotas.length === 0) return ALLOWED;
    const isTcp = attributes.get('context.protocol') === 'tcp';
    const bag = withGenerated(rules.generators, attributes, isTcp);
    const verdict = this.preconditions(rules.checks, bag, isTcp);
    if (rules.quotas.length === 0) return verdict;
    if (verdict instanceof Promise) {
      return verdict.then((one) => (one.code === OK ? this.quotas(rules.quotas, bag, isTcp, requestId) : one));
    }
    return verdict.code === OK ? this.quotas(rules.quotas, bag, isTcp, requestId) : verdict;
  }

  /** What each rule that checks or charges does with a request, in order. Nothing is charged. */
  async explain(attributes: AttributeBag): Promise<readonly RuleExplanation[]> {
    const rules = this.rulesFor(attributes);
    const isTcp = attributes.get('context.protocol') === 'tcp';
    const bag = withGenerated(rules.generators, attributes, isTcp);
    const charges = this.charges.of(serviceOf(bag), bag);
    const asked = [...new Set([...rules.checks, ...rules.quotas])];
    return Promise.all(asked.map((rule) => explainRule(rule, bag, isTcp, charges)));
  }

  /** Tells what happened; once, when a request or a connection is over. */
  report(attributes: AttributeBag): void {
    const rules = this.rulesFor(attributes);
    if (rules.reports.length === 0) return;
    const isTcp = attributes.get('context.protocol') === 'tcp';
    const bag = withGenerated(rules.generators, attributes, isTcp);
    for (const rule of rules.reports) {
      if (!applies(rule, bag, isTcp)) continue;
      for (const report of rule.reports) {
        const failure = report(bag);
        if (failure !== undefined) this.failed(rule, failure);
      }
    }
  }

  close(): void {
    for (const list of this.lists.values()) list.close();
  }

  private preconditions(rules: readonly CompiledRule[], bag: AttributeBag, isTcp: boolean): Verdict | Promise<Verdict> {
    let refusals: (Verdict | Promise<Verdict>)[] | undefined;
    for (const rule of rules) {
      if (!applies(rule, bag, isTcp)) continue;
      for (const check of rule.checks) {
        const verdict = this.ask(rule, check, bag);
        if (verdict === ALLOWED) continue;
        refusals ??= [];
        refusals.push(verdict);
      }
    }
    return refusals === undefined ? ALLOWED : joinAll(refusals);
  }

  private ask(rule: CompiledRule, check: Check, bag: AttributeBag): Verdict | Promise<Verdict> {
    const verdict = check(bag);
    if (!(verdict instanceof Failure)) return verdict;
    this.failed(rule, verdict);
    return ALLOWED;
  }

  private quotas(rules: readonly CompiledRule[], bag: AttributeBag, isTcp: boolean, requestId: string) {
    const actions = rules.filter((rule) => applies(rule, bag, isTcp)).flatMap(({ quotas }) => quotas);
    if (actions.length === 0) return ALLOWED;
    const charges = this.charges.of(serviceOf(bag), bag);
    return chargeRequest(charges, actions, bag, requestId, this.environment.logger);
  }

  private failed({ name }: CompiledRule, failure: Failure): void {
    this.environment.logger.debug(`rule ${name}: error creating instance: ${failure.message}`);
  }

  private rulesFor(bag: AttributeBag): RuleSet {
    const service = serviceOf(bag);
    const known = this.byService.get(service);
    if (known !== undefined) return known;
    const set = this.rulesOfNamespace(service.split('.')[1] ?? '');
    if (this.byService.size >= SERVICES_REMEMBERED_MAX) this.byService.clear();
    this.byService.set(service, set);
    return set;
  }

  private rulesOfNamespace(namespace: string): RuleSet {
    const known = this.byNamespace.get(namespace);
    if (known !== undefined) return known;
    const root = this.config.rootNamespace;
    const own = namespace === root ? [] : this.rules.filter((rule) => rule.namespace === namespace);
    const rules = [...this.rules.filter((rule) => rule.namespace === root), ...own];
    const having = (part: 'checks' | 'quotas' | 'reports' | 'generators') =>
      rules.filter((rule) => rule[part].length > 0);
    const set: RuleSet = {
      checks: having('checks'),
      quotas: having('quotas'),
      reports: having('reports'),
      generators: having('generators'),
    };
    if (own.length > 0 || namespace === root) this.byNamespace.set(namespace, set);
    return set;
  }
}

function serviceOf(bag: AttributeBag): string {
  const service = bag.get('destination.service');
  return typeof service === 'string' ? service : '';
}

function withGenerated(rules: readonly CompiledRule[], attributes: AttributeBag, isTcp: boolean): AttributeBag {
  let bag = attributes;
  for (const rule of rules) {
    if (!applies(rule, attributes, isTcp)) continue;
    for (const generate of rule.generators) bag = generate(bag);
  }
  return bag;
}

function joinAll(verdicts: readonly (Verdict | Promise<Verdict>)[]): Verdict | Promise<Verdict> {
  const later = verdicts.some((verdict) => verdict instanceof Promise);
  return later ? Promise.all(verdicts).then(join) : join(verdicts as readonly Verdict[]);
}

/** The first refusal's code, and what all of them say. */
function join(verdicts: readonly Verdict[]): Verdict {
  const refusals = verdicts.filter(({ code }) => code !== OK);
  if (refusals.length < 2) return refusals[0] ?? ALLOWED;
  return { code: refusals[0]!.code, message: refusals.map(({ message }) => message).join(', ') };
}
