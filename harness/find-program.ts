import {existsSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {env} from 'node:process';

/** Where a program is, on the PATH or among the administrator's programs, which are not on everybody's PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map(folder => join(folder, name)).find(path => existsSync(path));
}
