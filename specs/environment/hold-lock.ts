// Holds a lock of the machine until it is killed: node hold-lock.ts NAME
import {argv, stdin, stdout} from 'node:process';
import {withMachineLock} from '#harness/containers/machine-lock.ts';

await withMachineLock(argv[2] ?? '', async () => {
  stdout.write('"held"\n');
  stdin.resume();
  await new Promise(() => {});
});
