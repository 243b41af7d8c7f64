import {Command} from 'commander';
import {labDocument, labText} from '#harness/cli/lab-document.ts';
import {print, printJson} from '#harness/cli/output.ts';
import {findEngine} from '#harness/containers/engine.ts';
import {findLab, joinLab} from '#harness/containers/join.ts';

export function inspectVerb(): Command {
  return new Command('inspect')
    .description('nodes, links, sessions, dACLs, agent state and alarms of a running lab')
    .argument('[lab]', 'name of the lab; may be left out when only one runs')
    .option('--json', 'print one JSON document')
    .action(async (name: string | undefined, options: {json?: boolean}) => {
      const engine = await findEngine();
      await using lab = await joinLab(engine, await findLab(engine, name));
      const document = await labDocument(lab);
      if (options.json) printJson(document);
      else print(labText(document));
    });
}
