export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'off';
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Structured logging for operators; what a user must read goes through the command's own output. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same logger with a scope before each message. */
  scope(name: string): Logger;
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'off'];

/** The least level that is written. Loggers of one root share it, so that it may change while they are in use. */
export class LogThreshold {
  constructor(public level: LogLevel) {}
}

/** One line an entry: time, level, scope, message, fields as key=value. */
export class LineLogger implements Logger {
  private readonly threshold: LogThreshold;

  constructor(
    private readonly write: (line: string) => void,
    threshold: LogLevel | LogThreshold = 'info',
    private readonly name = '',
  ) {
    this.threshold = typeof threshold === 'string' ? new LogThreshold(threshold) : threshold;
  }

  debug(message: string, fields?: LogFields): void {
    this.log('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.log('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.log('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.log('error', message, fields);
  }

  scope(name: string): Logger {
    return new LineLogger(this.write, this.threshold, this.name ? `${this.name}/${name}` : name);
  }

  private log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (ORDER.indexOf(level) < ORDER.indexOf(this.threshold.level)) return;
    let line = `${new Date().toISOString()} ${level.padEnd(5)} ${this.name ? `${this.name}: ` : ''}${message}`;
    for (const [key, value] of Object.entries(fields)) {
      if (value !== undefined) line += ` ${key}=${typeof value === 'string' ? JSON.stringify(value) : value}`;
    }
    this.write(`${line}\n`);
  }
}

/** For tests and for parts that must stay quiet. */
export const SILENT_LOGGER: Logger = new LineLogger(() => {}, 'error');
