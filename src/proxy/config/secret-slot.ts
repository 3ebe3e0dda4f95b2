/** One secret under its name: those who use it learn when there is another. */
export class SecretSlot<T> {
  private value: T | undefined;
  private readonly users = new Set<() => void>();
  private missing = false;

  constructor(
    readonly name: string,
    /** Told when the first user comes or the last one goes. */
    private readonly onUse: () => void = () => {},
  ) {}

  /** Undefined until it came. */
  get current(): T | undefined {
    return this.value;
  }

  /** It came, or the wait for it ended. */
  get settled(): boolean {
    return this.missing || this.value !== undefined;
  }

  /** It does not come in time: who waits goes on without. */
  giveUp(): void {
    this.missing = true;
    for (const user of [...this.users]) user();
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
