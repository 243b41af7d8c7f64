import {stdout} from 'node:process';
import {Command} from 'commander';
import {print, printJson} from '#harness/cli/output.ts';
import {findEngine} from '#harness/containers/engine.ts';
import {findLab, joinLab} from '#harness/containers/join.ts';
import {NoSuchNodeError} from '#harness/lab.ts';
import {describeEvent} from '#harness/timeline.ts';
import type {LabEvent} from '#protocol/event.ts';

export function logsVerb(): Command {
  return new Command('logs')
    .description('what happened in a lab, from its start; as NDJSON with --json')
    .argument('<lab>', 'name of the lab')
    .argument('[node]', "only this node's events")
    .option('-f, --follow', 'go on with what happens from now on, until interrupted')
    .option('--json', 'print NDJSON')
    .action(async (name: string, node: string | undefined, options: {follow?: boolean; json?: boolean}) => {
      const engine = await findEngine();
      const running = await findLab(engine, name);
      if (node !== undefined && running.containerIds[node] === undefined)
        throw new NoSuchNodeError(node, Object.keys(running.containerIds));
      await using lab = await joinLab(engine, running);
      const show = (event: LabEvent) => {
        if (node !== undefined && event.node !== node) return;
        if (options.json) printJson(event);
        else print(describeEvent(event));
      };
      for (const event of lab.timeline.all()) show(event);
      if (!options.follow) return;
      using _following = lab.timeline.subscribe(show);
      await new Promise(resolve => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
        stdout.once('error', resolve); // `| head` has had enough
      });
    });
}
