import type {Enforcement} from '#images/nad/enforcement.ts';
import type {Control} from '#images/shell/control.ts';
import {Cli} from '#protocol/nad/cli/cli.ts';
import type {CliWorld} from '#protocol/nad/cli/command.ts';
import type {NadCommand, NadInput} from '#protocol/nad/contract.ts';

/** What the harness asks of this program beyond the role's own commands: a line at the prompt, and the kernel's counters. */
export type ShellCommand = {name: 'cli'; line: string} | {name: 'counters'} | {name: 'hits'};

/** Carries out a command of the control channel, and answers it there. */
export function commandsOf({
  enforcement,
  world,
  order,
  control,
  input,
}: {
  enforcement: Enforcement;
  world: () => Promise<CliWorld>;
  /** What a line at the prompt has the switch do. */
  order: (command: NadCommand) => void;
  control: Pick<Control<unknown>, 'reply' | 'refuse'>;
  input: (input: NadInput) => void;
}): (id: string, command: NadCommand | ShellCommand) => void {
  const cli = new Cli();
  const execute = async (line: string) => {
    const {lines, orders = []} = cli.execute(line, await world());
    for (const each of orders) order(each);
    return lines.join('\n');
  };
  return (id, command) => {
    const answer = (answered: Promise<unknown>) =>
      answered.then(
        result => control.reply(id, result),
        (error: Error) => control.refuse(id, error.message),
      );
    switch (command.name) {
      case 'counters':
        return void answer(enforcement.counters());
      case 'hits':
        return void answer(enforcement.hits());
      case 'cli':
        return void answer(execute(command.line));
      default:
        input({kind: 'command', id, command});
    }
  };
}
