import {Command} from 'commander';
import {UsageError} from '#harness/cli/exit.ts';
import {impairmentText} from '#harness/cli/lab-document.ts';
import {print, printJson, say} from '#harness/cli/output.ts';
import {findLab, joinLab} from '#harness/containers/join.ts';
import {openSession} from '#harness/containers/session.ts';
import {checkImpairment, type DeclaredImpairment} from '#harness/declared-impairment.ts';
import {impairmentWords, readImpairmentWord} from '#harness/impairment-text.ts';
import {directionsOf} from '#harness/link-directions.ts';

type ImpairOptions = Record<string, string | boolean | undefined> & {from?: string; clear?: boolean; json?: boolean};

export function impairVerb(): Command {
  return new Command('impair')
    .description('make a link of a running lab misbehave, from now on; what is not said is good')
    .argument('<lab>', 'name of the lab')
    .argument('<link>', 'an end of it, such as nad:fa0-12, or a node that has no other link, such as psn1')
    .option('--from <node>', 'only what this node sends (default: both directions)')
    .option('--delay <span>', 'hold frames up, such as 50ms (lab time)')
    .option('--jitter <span>', 'and up to so much longer, in order')
    .option('--loss <share>', 'lose frames, such as 1%')
    .option('--duplicate <share>', 'bring frames twice')
    .option('--reorder <share>', 'let frames overtake those that wait out the delay')
    .option('--rate <rate>', 'bits a second of lab time, such as 1mbit')
    .option('--cut', 'let nothing arrive, and leave the carrier on')
    .option('--clear', 'the link is good again')
    .option('--json', 'print one JSON document')
    .action(async (name: string, link: string, options: ImpairOptions) => {
      const impairment = readImpairment(options);
      await using session = await openSession(say);
      const running = await findLab(session.engine, name);
      const from = options.from === undefined ? {} : {from: options.from};
      const [direction] = directionsOf(running.topology, link, options.from); // refused before anything is started
      await using lab = await joinLab(session.engine, running, session);
      await lab.impair(link, impairment, from);
      const directions = (await lab.wire())?.directions ?? [];
      const impairments = directions.filter(impaired => impaired.link === direction?.link);
      if (options.json) printJson({lab: name, link: direction?.link, impairments});
      else print(impairments.length === 0 ? `${direction?.link}: good` : impairments.map(impairmentText).join('\n'));
    });
}

/** null: good again. Throws `UsageError` or `ImpairmentError`. */
function readImpairment(options: ImpairOptions): DeclaredImpairment | null {
  const said = Object.keys(impairmentWords).filter(word => options[word] !== undefined);
  const words = Object.keys(impairmentWords).map(word => `--${word}`);
  if (options.clear && said.length > 0)
    throw new UsageError(`--clear makes the link good again: it does not go with --${said.join(', --')}`);
  if (options.clear) return null;
  if (said.length === 0) throw new UsageError(`say how the link is to misbehave (${words.join(', ')}), or --clear`);
  const parts = said.map(word => {
    const value = String(options[word]);
    return readImpairmentWord(word, value === 'true' ? `--${word}` : `--${word} ${value}`, value);
  });
  return checkImpairment(Object.assign({}, ...parts));
}
