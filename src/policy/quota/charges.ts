import { RE2JS } from 're2js';
import type { AttributeBag } from '../../expr/index.js';
import { DEFAULT_QUOTA, type QuotaRule, type QuotaSpecConfig, type StringMatch } from '../config.js';

/** What a request is charged: so much of the quotas of that name. */
export interface Charge {
  readonly quota: string;
  readonly amount: number;
}

const DEFAULT_CHARGES: readonly Charge[] = [{ quota: DEFAULT_QUOTA, amount: 1 }];

/** What the QuotaSpecs say of each service. */
export class Charges {
  private readonly byService = new Map<string, ((bag: AttributeBag) => readonly Charge[])[]>();

  constructor(specs: readonly QuotaSpecConfig[]) {
    for (const { services, rules } of specs) {
      const compiled = rules.map(compileRule);
      for (const service of services) {
        const earlier = this.byService.get(service) ?? [];
        this.byService.set(service, [...earlier, ...compiled]);
      }
    }
  }

  of(service: string, bag: AttributeBag): readonly Charge[] {
    return this.byService.get(service)?.flatMap((rule) => rule(bag)) ?? DEFAULT_CHARGES;
  }
}

const NONE: readonly Charge[] = [];

function compileRule({ match, quotas }: QuotaRule): (bag: AttributeBag) => readonly Charge[] {
  const charges = quotas.map(({ quota, charge }): Charge => ({ quota, amount: charge }));
  if (match.length === 0) return () => charges;
  const clauses = match.map((clause) =>
    Object.entries(clause).map(([name, one]) => [name, compileMatch(one)] as const),
  );
  return (bag) => {
    const applies = clauses.some((clause) =>
      clause.every(([name, holds]) => {
        const value = bag.get(name);
        return typeof value === 'string' && holds(value);
      }),
    );
    return applies ? charges : NONE;
  };
}

function compileMatch(match: StringMatch): (value: string) => boolean {
  if ('exact' in match) return (value) => value === match.exact;
  if ('prefix' in match) return (value) => value.startsWith(match.prefix);
  const pattern = RE2JS.compile(match.regex);
  return (value) => pattern.matches(value);
}
