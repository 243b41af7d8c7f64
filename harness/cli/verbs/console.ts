import {stdin, stdout} from 'node:process';
import {Command} from 'commander';
import {findEngine} from '#harness/containers/engine.ts';
import {startExec} from '#harness/containers/hijacked.ts';
import {findLab} from '#harness/containers/join.ts';
import {NoSuchNodeError} from '#harness/lab.ts';

export function consoleVerb(): Command {
  return new Command('console')
    .description("a prompt on a node: the switch's CLI, a shell on the others")
    .argument('<lab>', 'name of the lab')
    .argument('<node>', 'name of the node')
    .action(async (name: string, node: string) => {
      const engine = await findEngine();
      const lab = await findLab(engine, name);
      const id = lab.containerIds[node];
      if (id === undefined) throw new NoSuchNodeError(node, Object.keys(lab.containerIds));
      const interactive = Boolean(stdin.isTTY && stdout.isTTY);
      const exec = await engine.getContainer(id).exec({
        Cmd: lab.topology.nodes[node]?.kind === 'nad' ? ['node', 'images/nad/console.ts'] : ['bash'],
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Tty: interactive,
        Env: [`TERM=${process.env['TERM'] ?? 'dumb'}`],
      });
      const stream = await startExec(exec, {Tty: interactive});
      const resize = () => exec.resize({h: stdout.rows, w: stdout.columns}).catch(() => {}); // the console has ended meanwhile
      if (interactive) {
        stdin.setRawMode(true);
        stdout.on('resize', resize);
        await resize();
        stream.pipe(stdout);
      } else {
        engine.modem.demuxStream(stream, stdout, process.stderr);
      }
      stdin.pipe(stream);
      await new Promise(resolve => stream.once('end', resolve));
      if (interactive) stdin.setRawMode(false);
      stdin.destroy();
      process.exitCode = (await exec.inspect()).ExitCode ?? 0;
    });
}
