import { TrysailError } from '../../base/errors.js';
import type { DriverChoice } from '../../cli/launcher.js';
import type { PodEffects } from '../../resources/core/pod/without-effect.js';
import { Cgroups } from '../../runtime/drivers/netns/cgroups.js';
import { detect } from '../../runtime/drivers/netns/detect.js';

export interface ChosenDriver {
  readonly name: 'netns' | 'process';
  /** Why, in a few words. */
  readonly reason: string;
  readonly effects: PodEffects;
}

const NO_EFFECTS: PodEffects = { users: false, rights: false, limits: false };

/** The best driver that works here, or the one asked for. @throws TrysailError DRIVER_UNAVAILABLE */
export async function chooseDriver(choice: DriverChoice): Promise<ChosenDriver> {
  if (choice === 'process') return { name: 'process', reason: 'asked for', effects: NO_EFFECTS };
  const found = await detect();
  const asked = choice === 'netns' ? ', asked for' : '';
  if (found.ok) return { name: 'netns', reason: `${found.mode}${asked}`, effects: effectsOf(found.mode) };
  if (choice === 'auto') return { name: 'process', reason: `no netns: ${found.reason}`, effects: NO_EFFECTS };
  throw new TrysailError('DRIVER_UNAVAILABLE', `the netns driver does not work here: ${found.reason}`, found.fix);
}

function effectsOf(mode: 'root' | 'rootless'): PodEffects {
  const isRoot = mode === 'root';
  return { users: isRoot, rights: true, limits: isRoot && Cgroups.areUsable() };
}
