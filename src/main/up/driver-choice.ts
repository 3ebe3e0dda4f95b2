import { TrysailError } from '../../base/errors.js';
import type { DriverChoice } from '../../cli/launcher.js';
import { detect } from '../../runtime/drivers/netns/detect.js';

export interface ChosenDriver {
  readonly name: 'netns' | 'process';
  /** Why, in a few words. */
  readonly reason: string;
}

/** The best driver that works here, or the one asked for. @throws TrysailError DRIVER_UNAVAILABLE */
export async function chooseDriver(choice: DriverChoice): Promise<ChosenDriver> {
  if (choice === 'process') return { name: 'process', reason: 'asked for' };
  const found = await detect();
  const asked = choice === 'netns' ? ', asked for' : '';
  if (found.ok) return { name: 'netns', reason: `${found.mode}${asked}` };
  if (choice === 'auto') return { name: 'process', reason: `no netns: ${found.reason}` };
  throw new TrysailError('DRIVER_UNAVAILABLE', `the netns driver does not work here: ${found.reason}`, found.fix);
}
