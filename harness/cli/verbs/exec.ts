import {stderr, stdout} from 'node:process';
import {Command} from 'commander';
import {printJson} from '#harness/cli/output.ts';
import {findEngine} from '#harness/containers/engine.ts';
import {execIn} from '#harness/containers/exec.ts';
import {findLab} from '#harness/containers/join.ts';
import {NoSuchNodeError} from '#harness/lab.ts';

export function execVerb(): Command {
  return new Command('exec')
    .description('run a command in a node; its exit code is ours')
    .argument('<lab>', 'name of the lab')
    .argument('<node>', 'name of the node')
    .argument('<command...>', 'the command, after --')
    .option('-u, --user <user>', 'user in the container', 'root')
    .option('--json', 'print one JSON document')
    .passThroughOptions()
    .action(async (name: string, node: string, command: string[], options: {user: string; json?: boolean}) => {
      const engine = await findEngine();
      const lab = await findLab(engine, name);
      const id = lab.containerIds[node];
      if (id === undefined) throw new NoSuchNodeError(node, Object.keys(lab.containerIds));
      const words = command[0] === '--' ? command.slice(1) : command; // commander passes it through with the rest
      const result = await execIn(engine.getContainer(id), words, {user: options.user});
      if (options.json) {
        printJson(result);
      } else {
        stdout.write(result.stdout);
        stderr.write(result.stderr);
      }
      process.exitCode = result.exitCode;
    });
}
