import {Command} from 'commander';
import {print, printJson, say} from '#harness/cli/output.ts';
import {setClock} from '#harness/clock.ts';
import {findLab, joinLab} from '#harness/containers/join.ts';
import {openSession} from '#harness/containers/session.ts';
import {readClockOffset} from '#harness/set-option.ts';

export function clockVerb(): Command {
  return new Command('clock')
    .description("set the clock of a running lab's node, by how far it is off")
    .argument('<lab>', 'name of the lab')
    .argument('<node>', 'such as psn1')
    .argument('<offset>', 'such as +10m, -2h (write -- before it), 0')
    .option('--json', 'print one JSON document')
    .action(async (name: string, node: string, offset: string, options: {json?: boolean}) => {
      const offsetMs = readClockOffset('clock', offset);
      await using session = await openSession(say);
      await using lab = await joinLab(session.engine, await findLab(session.engine, name), session);
      await setClock(lab, node, offsetMs);
      if (options.json) printJson({lab: name, node, offsetMs});
      else print(`${node}: ${offsetMs === 0 ? 'as the lab' : `${offset} off`}`);
    });
}
