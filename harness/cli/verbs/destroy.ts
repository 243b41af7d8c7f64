import {Command} from 'commander';
import {print, printJson} from '#harness/cli/output.ts';
import {removeLab} from '#harness/containers/deploy.ts';
import {findEngine} from '#harness/containers/engine.ts';
import {findLab, runningLabs} from '#harness/containers/join.ts';

export function destroyVerb(): Command {
  return new Command('destroy')
    .description('take a lab down: its containers, and with them its links')
    .argument('[lab]', 'name of the lab; may be left out when only one runs')
    .option('-a, --all', 'every lab')
    .option('--json', 'print one JSON document')
    .action(async (name: string | undefined, options: {all?: boolean; json?: boolean}) => {
      const engine = await findEngine();
      const labs = options.all ? await runningLabs(engine) : [await findLab(engine, name)];
      const destroyed = await Promise.all(
        labs.map(async lab => ({lab: lab.name, containers: await removeLab(engine, lab.name)})),
      );
      if (options.json) printJson({destroyed});
      else
        print(
          destroyed.length === 0
            ? 'No lab runs.'
            : destroyed.map(({lab, containers}) => `${lab}: ${containers} containers removed`).join('\n'),
        );
    });
}
