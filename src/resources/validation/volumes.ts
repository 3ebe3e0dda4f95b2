import type { KeyToPath, Volume } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../kind.js';
import { duplicate, forbidden, invalid, required } from './errors.js';
import { dns1123Label } from './names.js';
import { parseQuantity, QUANTITY_SHAPE_TEXT } from './quantity.js';
import { ruled } from './values.js';

const MODE_MAX = 0o777;

export function validateVolumes(volumes: readonly Volume[], field: string): FieldError[] {
  const names = new Set<string>();
  return volumes.flatMap((volume, i) => {
    const at = `${field}[${i}]`;
    if (!volume.name) return [required(`${at}.name`)];
    const errors = ruled(dns1123Label, `${at}.name`, volume.name);
    if (names.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    names.add(volume.name);
    const { name: _, ...sources } = volume;
    if (Object.values(sources).filter((source) => source !== undefined && source !== null).length > 1) {
      errors.push(forbidden(at, 'may not specify more than 1 volume type'));
    }
    errors.push(...validateSource(volume, at));
    return errors;
  });
}

function validateSource(volume: Volume, at: string) {
  const { secret, configMap, hostPath, emptyDir, downwardAPI, projected, persistentVolumeClaim } = volume;
  const errors: FieldError[] = [];
  if (persistentVolumeClaim && !persistentVolumeClaim.claimName) {
    errors.push(required(`${at}.persistentVolumeClaim.claimName`));
  }
  if (secret) {
    if (!secret.secretName) errors.push(required(`${at}.secret.secretName`));
    errors.push(...validateFiles(secret, `${at}.secret`));
  }
  if (configMap) {
    if (!configMap.name) errors.push(required(`${at}.configMap.name`));
    errors.push(...validateFiles(configMap, `${at}.configMap`));
  }
  if (hostPath) {
    if (!hostPath.path) errors.push(required(`${at}.hostPath.path`));
    else errors.push(...validateNoBackSteps(hostPath.path, `${at}.hostPath.path`));
  }
  if (emptyDir?.sizeLimit !== undefined && parseQuantity(emptyDir.sizeLimit) === undefined) {
    errors.push(invalid(`${at}.emptyDir.sizeLimit`, emptyDir.sizeLimit, QUANTITY_SHAPE_TEXT));
  }
  if (downwardAPI) errors.push(...validateMode(downwardAPI.defaultMode, `${at}.downwardAPI.defaultMode`));
  if (projected) errors.push(...validateMode(projected.defaultMode, `${at}.projected.defaultMode`));
  return errors;
}

interface Files {
  readonly defaultMode?: number;
  readonly items?: readonly KeyToPath[];
}

function validateFiles({ defaultMode, items = [] }: Files, field: string): FieldError[] {
  return [
    ...validateMode(defaultMode, `${field}.defaultMode`),
    ...items.flatMap(({ key, path, mode }, i) => {
      const at = `${field}.items[${i}]`;
      return [
        ...(key ? [] : [required(`${at}.key`)]),
        ...(path ? validateRelative(path, `${at}.path`) : [required(`${at}.path`)]),
        ...validateMode(mode, `${at}.mode`),
      ];
    }),
  ];
}

function validateMode(mode: number | undefined, field: string): FieldError[] {
  if (mode === undefined || (mode >= 0 && mode <= MODE_MAX)) return [];
  return [invalid(field, mode, 'must be between 0 and 0777 (octal), both inclusive')];
}

function validateRelative(path: string, field: string): FieldError[] {
  if (path.startsWith('/')) return [invalid(field, path, 'must be a relative path')];
  return validateNoBackSteps(path, field);
}

function validateNoBackSteps(path: string, field: string): FieldError[] {
  return path.split('/').includes('..') ? [invalid(field, path, "must not contain '..'")] : [];
}
