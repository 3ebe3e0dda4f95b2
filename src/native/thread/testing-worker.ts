import { NativeError } from '../errors.js';
import { emitEvent, serveOperations } from './serve.js';

/** A thread for tests, without any native call. */
const operations = {
  double: (value: number) => value * 2,
  fail: (_: null): never => {
    throw new NativeError('EPERM', 'Cannot do it', 'Ask somebody else.');
  },
  tell: (value: string) => emitEvent(value),
  end: (_: null): never => process.exit(),
};
export type TestingOperations = typeof operations;

serveOperations(operations);
