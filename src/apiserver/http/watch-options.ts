import { invalidOptions, type StatusError } from '../status-error.js';
import { text } from './query.js';

const NOT_OLDER_THAN = 'NotOlderThan';

/** Which parameters a watch may have together, as in Kubernetes 1.32. Throws Invalid. */
export function checkWatchOptions(query: URLSearchParams): void {
  const match = text(query, 'resourceVersionMatch');
  const sendsInitial = text(query, 'sendInitialEvents') !== undefined;
  if (sendsInitial && match !== NOT_OLDER_THAN) {
    throw refuse(
      'resourceVersionMatch',
      `Forbidden: sendInitialEvents requires setting resourceVersionMatch to ${NOT_OLDER_THAN}`,
    );
  }
  if (match !== undefined && !sendsInitial) {
    const why = 'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    throw refuse('resourceVersionMatch', why);
  }
  if (match !== undefined && text(query, 'continue') !== undefined) throw refuse('resourceVersionMatch', CONTINUED);
}

/** The same for a list. Throws Invalid. */
export function checkListOptions(query: URLSearchParams): void {
  if (text(query, 'sendInitialEvents') !== undefined) {
    throw refuse('sendInitialEvents', 'Forbidden: sendInitialEvents is forbidden for list');
  }
  if (text(query, 'resourceVersionMatch') !== undefined && text(query, 'continue') !== undefined) {
    throw refuse('resourceVersionMatch', CONTINUED);
  }
}

const CONTINUED = 'Forbidden: resourceVersionMatch is forbidden when continue is provided';

function refuse(field: string, why: string): StatusError {
  return invalidOptions('ListOptions', field, why);
}
