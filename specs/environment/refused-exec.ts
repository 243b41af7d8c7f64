// Asks the engine for what it refuses, and has nothing else to do: node refused-exec.ts BASE
import {argv, stdout} from 'node:process';
import {findEngine} from '#harness/containers/engine.ts';
import {startExec} from '#harness/containers/hijacked.ts';

const engine = await findEngine();
const container = await engine.createContainer({Image: argv[2], Cmd: ['sleep', '600'], NetworkDisabled: true});
await container.start();
const exec = await container.exec({Cmd: ['cat'], AttachStdin: true, AttachStdout: true});
await container.remove({force: true});
try {
  await startExec(exec);
} catch (error) {
  stdout.write(String(error));
}
