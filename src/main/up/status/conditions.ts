const MS_PER_S = 1_000;

/** What the mesh says of an object. */
export interface StatusCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** As it stands in the object. Source: Kubernetes' metav1.Condition. */
interface StoredCondition extends StatusCondition {
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
}

type Status = Readonly<Record<string, unknown>>;

/** A status with these conditions in it; conditions of other types, and all else, stay. The times are those of changed statuses. */
export function withConditions(
  before: Status | undefined,
  conditions: readonly StatusCondition[],
  { generation, now_ms }: { readonly generation: number | undefined; readonly now_ms: number },
): Status {
  const stored = Array.isArray(before?.['conditions']) ? (before['conditions'] as StoredCondition[]) : [];
  const own = new Map(conditions.map((condition) => [condition.type, condition]));
  const now = new Date(Math.floor(now_ms / MS_PER_S) * MS_PER_S).toISOString().replace('.000Z', 'Z');
  const made = conditions.map((condition): StoredCondition => {
    const old = stored.find(({ type }) => type === condition.type);
    const { type, status, reason, message } = condition;
    return {
      ...{ type, status, reason, message },
      lastTransitionTime: old?.status === status ? old.lastTransitionTime : now,
      ...(generation !== undefined && { observedGeneration: generation }),
    };
  });
  return { ...before, conditions: [...stored.filter(({ type }) => !own.has(type)), ...made] };
}
