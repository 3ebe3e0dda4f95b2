import type { Container, EnvVarSource } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../kind.js';
import { invalid, notSupported, required } from './errors.js';
import { configKey, envVarName } from './names.js';
import { ruled } from './values.js';

const FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const KEYED_FIELD = /^metadata\.(labels|annotations)\['.+'\]$/;

export function validateEnv(container: Container, field: string): FieldError[] {
  return (container.env ?? []).flatMap((variable, i) => {
    const at = `${field}[${i}]`;
    if (!variable.name) return [required(`${at}.name`)];
    const errors = ruled(envVarName, `${at}.name`, variable.name);
    if (variable.valueFrom) errors.push(...validateEnvSource(variable.valueFrom, `${at}.valueFrom`));
    if (variable.value && variable.valueFrom) {
      errors.push(invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    }
    return errors;
  });
}

function validateEnvSource(source: EnvVarSource, field: string): FieldError[] {
  const { fieldRef, configMapKeyRef, secretKeyRef, resourceFieldRef } = source;
  const given = [fieldRef, configMapKeyRef, secretKeyRef, resourceFieldRef].filter(Boolean).length;
  if (given === 0) {
    return [
      invalid(field, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'),
    ];
  }
  if (given > 1) return [invalid(field, '', 'may not have more than one field specified at a time')];
  if (fieldRef) return validateFieldPath(fieldRef.fieldPath, `${field}.fieldRef.fieldPath`);
  if (resourceFieldRef?.resource === '') return [required(`${field}.resourceFieldRef.resource`)];
  const key = configMapKeyRef?.key ?? secretKeyRef?.key;
  const at = `${field}.${configMapKeyRef ? 'configMapKeyRef' : 'secretKeyRef'}.key`;
  if (resourceFieldRef) return [];
  return key ? ruled(configKey, at, key) : [required(at)];
}

function validateFieldPath(path: string, field: string): FieldError[] {
  if (FIELDS.includes(path) || KEYED_FIELD.test(path)) return [];
  return [notSupported(field, path, [...FIELDS, "metadata.labels['KEY']", "metadata.annotations['KEY']"])];
}

export function validateEnvFrom({ envFrom = [] }: Container, field: string): FieldError[] {
  return envFrom.flatMap(({ configMapRef, secretRef }, i) => {
    const at = `${field}[${i}]`;
    if (!configMapRef && !secretRef) return [invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`')];
    const name = configMapRef ? configMapRef.name : secretRef?.name;
    return name ? [] : [required(`${at}.${configMapRef ? 'configMapRef' : 'secretRef'}.name`)];
  });
}
