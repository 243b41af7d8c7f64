import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** Opens or shuts those network devices that there are: at the other end of one may be a node without power. */
export async function setLinks(devices: readonly string[], isUp: boolean): Promise<void> {
  const setting = run('ip', ['-force', '-batch', '-']);
  setting.child.stdin?.end(devices.map(device => `link set dev ${device} ${isUp ? 'up' : 'down'}\n`).join(''));
  await setting.catch(() => {});
}
