import {Command} from 'commander';
import {UsageError} from '#harness/cli/exit.ts';
import {labDocument, labText} from '#harness/cli/lab-document.ts';
import {print, printJson, say} from '#harness/cli/output.ts';
import {applySetOptions} from '#harness/cli/set-options.ts';
import {deployLab} from '#harness/containers/deploy.ts';
import {openSession} from '#harness/containers/session.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {loadTopology, ownTopologies} from '#harness/load-topology.ts';

export function deployVerb(): Command {
  return new Command('deploy')
    .description('bring a lab up; it stays until `posturelab destroy`')
    .argument('[topology]', `${ownTopologies.join(', ')}, or a .ts or .json file`, 'two-psn')
    .option('-n, --name <name>', "name of the lab; one lab of a name at a time (default: the topology's)")
    .option('--set <key=value...>', 'change a setting, such as nad.aclInstallDelay=4s or dacl.compliant=@my.acl')
    .option('--json', 'print one JSON document')
    .action(async (nameOrPath: string, options: {name?: string; set?: string[]; json?: boolean}) => {
      if (options.name !== undefined && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/.test(options.name)) {
        throw new UsageError(
          `--name ${JSON.stringify(options.name)}: expected a letter or digit, then letters, digits, _, . and -, 63 in all at most`,
        );
      }
      const topology = await loadTopology(nameOrPath);
      const settings = await applySetOptions({...defaultSettings(topology), timeScale: 1}, options.set ?? []);
      await using session = await openSession(say);
      await using undo = new AsyncDisposableStack();
      const lab = undo.use(
        await deployLab(session, {
          topology,
          settings,
          say,
          name: options.name ?? topology.name,
        }),
      );
      const document = await labDocument(lab);
      await session.reaper.keep(); // from here on the lab outlives this program
      lab.release();
      undo.move();
      if (options.json) printJson(document);
      else
        print(
          `${labText(document)}\n\nLook inside:  posturelab inspect ${lab.name} · posturelab console ${lab.name} nad · posturelab logs ${lab.name} --follow\nTake it down: posturelab destroy ${lab.name}`,
        );
    });
}
