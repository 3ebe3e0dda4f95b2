import { duration, int32, integer, string } from '../../schemas.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

/** google.rpc.Code goes to UNAUTHENTICATED. */
const CODE_MAX = 16;

export interface DenierSpec {
  status?: { code?: number; message?: string };
  validDuration?: string;
  validUseCount?: number;
}

export const denier = policyKind<DenierSpec>({
  kind: 'denier',
  plural: 'deniers',
  description: 'denier (Istio 0.7): refuses what it is asked',
  spec: message({
    status: message({ code: integer, message: string }),
    validDuration: duration,
    validUseCount: int32,
  }),
  validate: (errors, { status, validDuration }) => {
    errors.range('spec.status.code', status?.code, 0, CODE_MAX);
    errors.duration('spec.validDuration', validDuration, true);
  },
});
