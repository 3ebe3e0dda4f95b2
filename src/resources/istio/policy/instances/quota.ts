import { stringMap } from '../../schemas.js';
import { expressionsOfMap } from '../expressions.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export interface QuotaSpecOfInstance {
  dimensions?: Record<string, string>;
}

export const quota = policyKind<QuotaSpecOfInstance>({
  kind: 'quota',
  plural: 'quotas',
  description: 'quota (Istio 0.7): by which dimensions requests are counted',
  spec: message({ dimensions: stringMap }),
  expressions: ({ dimensions }) => expressionsOfMap('spec.dimensions', dimensions),
});
