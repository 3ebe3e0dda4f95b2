/** One secret under its name: those who use it learn when there is another. */
export class SecretSlot<T> {
  private value: T | undefined;
  private readonly users = new Set<() => void>();

  constructor(
    readonly name: string,
    /** Told when the first user comes or the last one goes. */
    private readonly onUse: () => void = () => {},
  ) {}

  /** Undefined until it came. */
  get current(): T | undefined {
    return this.value;
  }

  get used(): boolean {
    return this.users.size > 0;
  }

  set(value: T): void {
    this.value = value;
    for (const user of [...this.users]) user();
  }

  /** @returns ends the use */
  use(onChange: () => void): () => void {
    const user = (): void => onChange();
    this.users.add(user);
    if (this.users.size === 1) this.onUse();
    return () => {
      if (this.users.delete(user) && this.users.size === 0) this.onUse();
    };
  }
}
