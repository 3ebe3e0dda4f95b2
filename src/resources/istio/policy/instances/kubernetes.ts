import { KUBERNETES_OUTPUTS, vocabularyOf } from '../../../../expr/index.js';
import { string, stringMap } from '../../schemas.js';
import { expressionsIn } from '../expressions.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export interface KubernetesSpec {
  sourceUid?: string;
  sourceIp?: string;
  destinationUid?: string;
  destinationIp?: string;
  originUid?: string;
  originIp?: string;
  attributeBindings?: Record<string, string>;
}

export const kubernetes = policyKind<KubernetesSpec>({
  kind: 'kubernetes',
  plural: 'kuberneteses',
  description: 'kubernetes (Istio 0.7): attributes of the pods that a request is from and for',
  spec: message({
    sourceUid: string,
    sourceIp: string,
    destinationUid: string,
    destinationIp: string,
    originUid: string,
    originIp: string,
    attributeBindings: stringMap,
  }),
  expressions: (spec) => [
    ...expressionsIn(spec, {
      sourceUid: 'STRING',
      sourceIp: 'IP_ADDRESS',
      destinationUid: 'STRING',
      destinationIp: 'IP_ADDRESS',
      originUid: 'STRING',
      originIp: 'IP_ADDRESS',
    }),
    ...Object.entries(spec.attributeBindings ?? {}).map(([name, text]) => {
      const expected = vocabularyOf().typeOf(name);
      const field = `spec.attributeBindings[${name}]`;
      return { field, text, more: KUBERNETES_OUTPUTS, ...(expected === undefined ? {} : { expected }) };
    }),
  ],
});
