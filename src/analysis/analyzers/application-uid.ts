import { SIDECAR_CONTAINER_NAME } from '../../resources/injection/sidecar.js';
import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';
import { templatePrefix, toWorkload } from '../workloads.js';

const SIDECAR_UID = 1337;

export const applicationUid: Analyzer = {
  name: 'applicationUID.Analyzer',
  description: 'Checks that no program runs as the sidecar’s user',
  types: [IST.InvalidApplicationUID],
  inputs: ['Pod', 'Deployment'],
  analyze(world, report) {
    for (const kind of ['Pod', 'Deployment']) {
      for (const subject of world.all(kind)) {
        const { spec } = toWorkload(subject)!;
        const containers = spec.containers.map(({ name, securityContext }, i) =>
          name !== SIDECAR_CONTAINER_NAME && securityContext?.runAsUser === SIDECAR_UID
            ? `containers[${i}].securityContext.runAsUser`
            : undefined,
        );
        const ofPod = spec.securityContext?.runAsUser === SIDECAR_UID ? 'securityContext.runAsUser' : undefined;
        const found = [ofPod, ...containers].find((field) => field !== undefined);
        if (found === undefined) continue;
        report(IST.InvalidApplicationUID, subject, {
          field: `${templatePrefix(kind)}spec.${found}`,
          text: 'User ID (UID) 1337 is reserved for the sidecar proxy.',
          fix: 'Run the program as another user: connections of this one are not captured.',
        });
      }
    }
  },
};
