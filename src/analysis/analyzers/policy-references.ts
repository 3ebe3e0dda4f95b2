import { nearestWord } from '../../apiserver/validation/suggestion.js';
import type { KubeObject } from '../../resources/object.js';
import type { Analyzer, Report } from '../analyzer.js';
import { TRY } from '../codes.js';
import { namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';
import { hostOf } from './older-hosts.js';

interface Rule extends KubeObject {
  spec?: { actions?: { handler?: string; instances?: string[] }[] };
}

interface QuotaSpecBinding extends KubeObject {
  spec?: {
    quotaSpecs?: { name?: string; namespace?: string }[];
    services?: { name?: string; namespace?: string; service?: string }[];
  };
}

export const policyReferences: Analyzer = {
  name: 'policy.ReferenceAnalyzer',
  description: 'Checks that the handlers, instances, quotas and services that policies name exist',
  types: [TRY.PolicyReferenceNotFound],
  inputs: ['rule', 'QuotaSpecBinding'],
  analyze(world, report) {
    for (const subject of world.all<Rule>('rule')) {
      for (const [i, { handler, instances = [] }] of (subject.object.spec?.actions ?? []).entries()) {
        const at = `spec.actions[${i}]`;
        if (handler) checkName(world, report, subject, handler, `${at}.handler`, 'handler');
        for (const [j, name] of instances.entries()) {
          checkName(world, report, subject, name, `${at}.instances[${j}]`, 'instance');
        }
      }
    }
    for (const subject of world.all<QuotaSpecBinding>('QuotaSpecBinding')) checkBinding(world, report, subject);
  },
};

/** `name.kind`, or `name.kind.namespace`. */
function checkName(world: World, report: Report, subject: Subject, text: string, field: string, what: string): void {
  const [name = '', kind = '', namespace = namespaceOf(subject)] = text.split('.');
  if (world.find(kind, namespace, name) !== undefined || !world.knowsAll(kind, namespace)) return;
  const near = nearestWord(
    name,
    world.all(kind).map(({ object }) => object.metadata.name),
  );
  report(TRY.PolicyReferenceNotFound, subject, {
    field,
    text: `No ${what} ${text} exists: the action does nothing`,
    fix: near
      ? `Write ${near}.${kind}, if that is meant.`
      : `Create the ${kind || 'object'} ${name} in the namespace ${namespace}, or correct the name.`,
  });
}

function checkBinding(world: World, report: Report, subject: Subject<QuotaSpecBinding>): void {
  const namespace = namespaceOf(subject);
  for (const [i, quota] of (subject.object.spec?.quotaSpecs ?? []).entries()) {
    const of = quota.namespace ?? namespace;
    if (!quota.name || world.find('QuotaSpec', of, quota.name) || !world.knowsAll('QuotaSpec', of)) continue;
    report(TRY.PolicyReferenceNotFound, subject, {
      field: `spec.quotaSpecs[${i}]`,
      text: `No QuotaSpec ${of}/${quota.name} exists: the binding limits nothing`,
      fix: 'Create it, or correct the name.',
    });
  }
  for (const [i, service] of (subject.object.spec?.services ?? []).entries()) {
    const host = hostOf(world, service, namespace);
    if (service.service === '*' || world.hosts.all(host).length > 0 || !world.knowsHost(host, namespace)) continue;
    report(TRY.PolicyReferenceNotFound, subject, {
      field: `spec.services[${i}]`,
      text: `No service ${host} exists: the binding limits nothing of it`,
      fix: 'Create it, or correct the name.',
    });
  }
}
