import { string } from '../../schemas.js';
import { expressionsIn } from '../expressions.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export const checkNothing = policyKind<object>({
  kind: 'checknothing',
  plural: 'checknothings',
  description: 'checknothing (Istio 0.7): asks a handler without telling it anything',
  spec: message({}),
});

export const reportNothing = policyKind<object>({
  kind: 'reportnothing',
  plural: 'reportnothings',
  description: 'reportnothing (Istio 0.7): tells a handler nothing',
  spec: message({}),
});

export interface ListEntrySpec {
  value?: string;
}

export const listEntry = policyKind<ListEntrySpec>({
  kind: 'listentry',
  plural: 'listentries',
  description: 'listentry (Istio 0.7): a value to look for in a list',
  spec: message({ value: string }),
  validate: (errors, { value = '' }) => {
    if (value === '') errors.required('spec.value', 'an expression of type STRING, for example source.labels["app"]');
  },
  expressions: (spec) => expressionsIn(spec, { value: 'STRING' }),
});
