import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { RuntimeError } from '../errors.js';
import { resolveInside } from './inside.js';
import { realFolder } from './unpack-layer.js';

export interface RunStep {
  readonly argv: readonly string[];
  /** The stage's files. */
  readonly root: string;
  /** Whether this machine's files are seen below them. */
  readonly onHost: boolean;
  readonly workingDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly mounts: readonly RunMount[];
  readonly offline: boolean;
  /** An executable file to run in place of `argv`, which then names it in messages: a here-document with its `#!`. */
  readonly script?: string;
  /** A folder of its own beside `root`, on the same file system. */
  readonly scratch: string;
  readonly onOutput: (line: string) => void;
}

export interface RunMount {
  readonly target: string;
  /** Absent: an empty one in memory. */
  readonly source?: string;
  readonly readOnly: boolean;
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const NAMESPACES = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--ipc'];
/** Without namespaces they would change this machine. */
const PACKAGE_MANAGERS = /(^|[;&|(]\s*|\s)(apt|apt-get|dpkg|apk|yum|dnf|microdnf|rpm|zypper|pacman)\s/;
/** Where a script is seen. */
const SCRIPT = '/run/heredoc';
/** What a shell answers when it has no such program. */
const NOT_FOUND = 127;
/** Of the script below: the file system could not be put together. */
const SETUP_FAILED = 125;

/**
 * Makes the stage's folder a root: below each of its folders lies this machine's, which it shows and does not write to, as the
 * overlay keeps changes in the stage. The home folder's caches of package managers are the machine's own, so that a build without a
 * network finds what an earlier one brought. What was made for the mounts alone is removed again.
 */
const SETUP = `
set -u
image_path=$PATH
PATH=${DEFAULT_PATH}:$PATH
root=$1 work=$2 onhost=$3 home=$4 overlay=$5 cwd=$6 user=$7 mounts=$8; shift 8
made="" links=""
fail() { echo "trysail: $1" >&2; exit ${SETUP_FAILED}; }
# Each folder above it too, so that all are removed again.
need() {
  [ -d "$root$1" ] && return
  need "$(dirname "$1")"
  mkdir "$root$1" && made="$1
$made"
}
points() { while read -r _ _ _ _ point _; do case $point in "$1"|"$1"/*) echo "$point" ;; esac; done < /proc/self/mountinfo; }
# Never writable: a command must not change the machine. What an ordinary user sees of it is root's, and so safe from him.
show() {
  mount --rbind "$1" "$2" || return 1
  points "$2" | while read -r point; do mount -o remount,bind,ro "$point" 2>/dev/null || [ -n "$overlay" ] || exit 1; done
}
# Where no overlay can be (something is mounted below): each entry for itself, so that the folder takes new ones.
merge() {
  for child in "$1"/* "$1"/.[!.]*; do
    [ -e "$child" ] || [ -L "$child" ] || continue
    place=$2/\${child##*/}
    [ -e "$root$place" ] || [ -L "$root$place" ] && continue
    if [ -L "$child" ]; then ln -s "$(readlink "$child")" "$root$place"; links="$place
$links"
    elif [ -d "$child" ]; then need "$place"; show "$child" "$root$place" || return 1
    elif [ -f "$child" ]; then : > "$root$place"; links="$place
$links"; show "$child" "$root$place" || return 1; fi
  done
}
if [ "$onhost" = yes ]; then
  for entry in /*; do
    case $entry in /proc|/sys|/dev|/run|/root|/home|/tmp|/lost+found) continue ;; esac
    if [ -L "$entry" ]; then
      if [ -d "$root$entry" ] && [ ! -L "$root$entry" ]; then lower=$(readlink -f "$entry")
      else [ -e "$root$entry" ] || [ -L "$root$entry" ] || { ln -s "$(readlink "$entry")" "$root$entry" && links="$entry
$links"; }; continue; fi
    elif [ -d "$entry" ]; then lower=$entry
    else continue; fi
    [ -d "$root$entry" ] || { mkdir "$root$entry" && chmod --reference="$lower" "$root$entry" && made="$entry
$made"; }
    mkdir "$work/$(basename "$entry")"
    mount -t overlay overlay -o "\${overlay}lowerdir=$lower,upperdir=$root$entry,workdir=$work/$(basename "$entry")" "$root$entry" 2>/dev/null ||
      merge "$lower" "$entry" || fail "cannot show $entry"
  done
  need /root
  mkdir "$work/.home"
  mount -t overlay overlay -o "\${overlay}lowerdir=$home,upperdir=$root/root,workdir=$work/.home" "$root/root" 2>/dev/null
  case $home in /root|/root/*|/) ;; *)
    # Tools that their user installed for himself.
    need "$home" && show "$home" "$root$home" ;;
  esac
  for cache in .npm .cache .m2 .gradle .cargo .ivy2 .yarn go; do
    [ -d "$home/$cache" ] && [ -d "$root/root/$cache" ] && mount --rbind "$home/$cache" "$root/root/$cache"
  done
fi
for folder in /proc /sys /dev /run /tmp; do need $folder; done
case $made in */tmp*) chmod 1777 "$root/tmp" ;; esac
mount -t proc proc "$root/proc" 2>/dev/null || show /proc "$root/proc" || fail "cannot mount /proc"
mount --bind "$root/proc/sys" "$root/proc/sys" 2>/dev/null && mount -o remount,bind,ro "$root/proc/sys" 2>/dev/null
show /sys "$root/sys" || fail "cannot mount /sys"
mount --rbind /dev "$root/dev" || fail "cannot mount /dev"
# Devices can be written to nevertheless.
mount -o remount,bind,ro "$root/dev" 2>/dev/null || [ -n "$overlay" ] || fail "cannot mount /dev"
[ -d "$root/dev/shm" ] && mount -t tmpfs tmpfs "$root/dev/shm"
mount -t tmpfs tmpfs "$root/run" || fail "cannot mount /run"
for file in /etc/resolv.conf /etc/hosts; do
  [ -e $file ] || continue
  if [ -e "$root$file" ]; then mount --bind $file "$root$file" && mount -o remount,bind,ro "$root$file"
  elif [ "$onhost" = no ]; then need /etc; : > "$root$file"; mount --bind $file "$root$file"
    mount -o remount,bind,ro "$root$file"; links="$file
$links"; fi
done
while IFS='|' read -r target source mode; do
  [ -n "$target" ] || continue
  if [ -z "$source" ]; then need "$target"; mount -t tmpfs tmpfs "$root$target" || fail "cannot mount $target"
  else
    if [ -d "$source" ]; then need "$target"
    else need "$(dirname "$target")"; [ -e "$root$target" ] || { : > "$root$target"; links="$target
$links"; }; fi
    mount --rbind "$source" "$root$target" || fail "cannot mount $target"
    [ "$mode" = rw ] || mount -o remount,bind,ro "$root$target" || fail "cannot mount $target"
  fi
done <<END
$mounts
END
if [ -n "$user" ]; then set -- --userspec="$user" "$root" "$@"; else set -- "$root" "$@"; fi
chroot_=$(command -v chroot) || fail "there is no chroot"
PATH=$image_path "$chroot_" "$@"
code=$?
cd /
points "$root" | sort -r | while read -r point; do umount -l "$point" 2>/dev/null; done
printf %s "$links" | while IFS= read -r each; do rm -f "$root$each"; done
printf %s "$made" | while IFS= read -r each; do rmdir "$root$each" 2>/dev/null; done
exit $code
`;
/** In the new root: enters the working folder and becomes the command. */
const ENTER = 'cd "$1" && shift && exec "$@"';

/** RUN: a command that sees the stage's files as its root. What it changes is the stage's. */
export async function runStep(step: RunStep): Promise<void> {
  const text = step.argv.at(-1) ?? '';
  await realFolder(step.root, step.workingDir);
  const isIsolated = canIsolate();
  if (!isIsolated && !step.onHost) {
    throw new RuntimeError(
      'RUN_UNSUPPORTED',
      `RUN ${text}: this user may not make namespaces, in which the image's own programs could run`,
      'Run as root, or allow unprivileged user namespaces.',
    );
  }
  const code = isIsolated ? await runIsolated(step) : await runBeside(step);
  if (code === 0) return;
  const hint = code === `exit code ${NOT_FOUND}` && step.onHost ? ON_HOST : undefined;
  throw new RuntimeError('RUN_FAILED', `RUN ${text}: ended with ${code}`, hint);
}

const ON_HOST =
  'The programs of the base image are those of this machine: install what is missing here, or leave the line out.';

async function runIsolated(step: RunStep): Promise<0 | string> {
  const work = await mkdtemp(path.join(step.scratch, 'work-'));
  const isRoot = process.getuid?.() === 0;
  const namespaces = [
    ...NAMESPACES,
    ...(isRoot ? [] : ['--user', '--map-root-user']),
    ...(step.offline ? ['--net'] : []),
  ];
  const user = isRoot && step.user ? `${step.user.uid}:${step.user.gid}` : '';
  const script = step.script === undefined ? [] : [{ target: SCRIPT, source: step.script, readOnly: true }];
  const mounts = [...step.mounts, ...script].map(
    ({ target, source = '', readOnly }) => `${target}|${source}|${readOnly ? 'ro' : 'rw'}`,
  );
  const overlay = isRoot ? '' : 'userxattr,';
  const home = process.env['HOME'] || '/root';
  const args = [step.root, work, step.onHost ? 'yes' : 'no', home, overlay, step.workingDir, user, mounts.join('\n')];
  const env = { PATH: step.onHost ? (process.env['PATH'] ?? DEFAULT_PATH) : DEFAULT_PATH, HOME: '/root', ...step.env };
  const hasShell = step.onHost || (await resolveInside(step.root, '/bin/sh')) !== undefined;
  const inside = hasShell ? ['/bin/sh', '-c', ENTER, 'run', step.workingDir] : [];
  try {
    const command = [
      ...namespaces,
      '--',
      '/bin/sh',
      '-c',
      SETUP,
      'setup',
      ...args,
      ...inside,
      ...(step.script === undefined ? step.argv : [SCRIPT]),
    ];
    return await finished(command, { ...step, env: { ...env, TRYSAIL_ROOT: '/' } }, '/');
  } finally {
    await forgetDeletions(step.root);
    await rm(work, { recursive: true, force: true });
  }
}

/** An overlay marks what was deleted below it by devices, which have no place in an image. */
async function forgetDeletions(root: string): Promise<void> {
  const find = spawn('find', [root, '-type', 'c', '-delete'], { stdio: 'ignore' });
  await once(find, 'close');
}

/** Without namespaces: a command of this machine, with the stage's folder as its working directory. */
async function runBeside(step: RunStep): Promise<0 | string> {
  if (PACKAGE_MANAGERS.test(`${step.argv.join(' ')} `)) {
    throw new RuntimeError(
      'RUN_CHANGES_MACHINE',
      `RUN ${step.argv.at(-1)}: would install packages on this machine, which stands for the base image`,
      'Install what is needed on the machine yourself and leave the line out.',
    );
  }
  const cwd = path.join(step.root, step.workingDir);
  await mkdir(cwd, { recursive: true });
  const env = { PATH: process.env['PATH'] ?? DEFAULT_PATH, HOME: process.env['HOME'] ?? step.root, ...step.env };
  return finished(
    step.script === undefined ? step.argv : [step.script],
    { ...step, env: { ...env, TRYSAIL_ROOT: step.root } },
    cwd,
  );
}

async function finished(argv: readonly string[], { env, onOutput }: RunStep, cwd: string): Promise<0 | string> {
  const [program, ...args] = argv;
  const child = spawn(program!, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onOutput);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return code === 0 ? 0 : (signal ?? `exit code ${code}`);
}

let isolates: boolean | undefined;

function canIsolate(): boolean {
  if (process.platform !== 'linux') return false;
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const [program, ...args] = [...NAMESPACES, ...user, 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp'];
  isolates ??= spawnSync(program!, args, { stdio: 'ignore' }).status === 0;
  return isolates;
}
