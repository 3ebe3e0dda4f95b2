import type { KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { ageSince } from '../../printing/duration.js';
import { schemaRef } from '../../schemas/index.js';
import type { EventObject } from '../../types.js';
import { invalid } from '../../validation/errors.js';
import { validateMetadata } from '../../validation/metadata.js';
import { eventFromStorage, eventToStorage } from './convert.js';

export const EVENT: KindDefinition = {
  group: '',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  versions: [
    { name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.Event') },
    {
      name: 'v1',
      group: 'events.k8s.io',
      schema: schemaRef('io.k8s.api.events.v1.Event'),
      toStorage: eventToStorage,
      fromStorage: eventFromStorage,
    },
  ],
  columns: [
    column<EventObject>('Last Seen', lastSeen),
    column<EventObject>('Type', (event) => event.type ?? ''),
    column<EventObject>('Reason', (event) => event.reason ?? ''),
    column<EventObject>('Object', (event) => {
      const { kind, name } = event.involvedObject;
      return name ? `${(kind ?? '').toLowerCase()}/${name}` : (kind ?? '').toLowerCase();
    }),
    column<EventObject>('Subobject', (event) => event.involvedObject.fieldPath ?? '', { wide: true }),
    column<EventObject>('Source', source, { wide: true }),
    column<EventObject>('Message', (event) => (event.message ?? '').trim()),
    column<EventObject>('First Seen', (event, now_ms) => ageSince(event.firstTimestamp ?? event.eventTime, now_ms), {
      wide: true,
    }),
    column<EventObject>('Count', (event) => event.series?.count ?? (event.count || 1), { wide: true }),
    column<EventObject>('Name', (event) => event.metadata.name, { wide: true, format: 'name' }),
  ],
  selectableFields: {
    'involvedObject.kind': (event) => (event as EventObject).involvedObject.kind ?? '',
    'involvedObject.namespace': (event) => (event as EventObject).involvedObject.namespace ?? '',
    'involvedObject.name': (event) => (event as EventObject).involvedObject.name ?? '',
    'involvedObject.uid': (event) => (event as EventObject).involvedObject.uid ?? '',
    'involvedObject.apiVersion': (event) => (event as EventObject).involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => (event as EventObject).involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => (event as EventObject).involvedObject.fieldPath ?? '',
    reason: (event) => (event as EventObject).reason ?? '',
    reportingComponent: (event) => (event as EventObject).reportingComponent ?? '',
    source: (event) => (event as EventObject).source?.component ?? '',
    type: (event) => (event as EventObject).type ?? '',
  },
  validate(object) {
    const { involvedObject, metadata } = object as EventObject;
    const errors = validateMetadata(object);
    if (involvedObject.namespace && involvedObject.namespace !== metadata.namespace) {
      errors.push(invalid('involvedObject.namespace', involvedObject.namespace, 'does not match event.namespace'));
    }
    return errors;
  },
};

function lastSeen(event: EventObject, now_ms: number): string {
  const at = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.firstTimestamp ?? event.eventTime;
  return ageSince(at, now_ms);
}

function source(event: EventObject): string {
  const component = event.source?.component || event.reportingComponent || '';
  const host = event.source?.host || event.reportingInstance;
  return host ? `${component}, ${host}` : component;
}
