import type {CliWorld, Command, CommandResult, Terminal} from '#protocol/nad/cli/command.ts';
import {commands} from '#protocol/nad/cli/commands.ts';
import {matchCommand, splitWords} from '#protocol/nad/cli/grammar.ts';
import {completeLine, helpLines} from '#protocol/nad/cli/help.ts';
import {readOutputFilter} from '#protocol/nad/cli/output-filter.ts';

/**
One console of the switch: text lines in, text out, after the manner of IOS. It starts privileged (`nad#`), as a console line
with `privilege level 15`, because everybody who gets there has come to look around.
*/
export class Cli {
  readonly #terminal: Terminal = {mode: 'privileged', lengthLines: 24};

  prompt({view}: CliWorld): string {
    return `${view.hostname}${this.#terminal.mode === 'privileged' ? '#' : '>'}`;
  }

  /** Lines a page has; 0: no paging. */
  get lengthLines(): number {
    return this.#terminal.lengthLines;
  }

  /** What the switch does with a line that was typed behind the prompt. Never throws on anything typed. */
  execute(line: string, world: CliWorld): CommandResult {
    const bar = /\s\|/.exec(line)?.index;
    const typed = bar === undefined ? line : line.slice(0, bar);
    const words = splitWords(typed);
    if (words.length === 0 || line.trimStart().startsWith('!')) return {lines: []};

    const match = matchCommand(words, this.#commands(), world);
    if (match.kind === 'invalid') return this.#invalid(match.column, world);
    if (match.kind === 'incomplete') return {lines: ['% Incomplete command.', '']};
    if (match.kind === 'ambiguous') return {lines: [`% Ambiguous command:  "${line.trim()}"`]};
    const {command} = match;
    const run = () => command.run({arguments: match.arguments, world, terminal: this.#terminal});
    if (bar === undefined) return run();
    if (!command.hasOutput) return this.#invalid(bar + 1, world);

    const reading = readOutputFilter(line.slice(bar + 2), bar + 2);
    if (reading.ok) {
      const result = run();
      return {...result, lines: reading.filter(result.lines)};
    }
    if (reading.error === 'invalid') return this.#invalid(reading.column, world);
    if (reading.error === 'ambiguous') return {lines: [`% Ambiguous command:  "${line.trim()}"`]};
    return {lines: reading.error === 'incomplete' ? ['% Incomplete command.', ''] : ['% Bad regular expression', '']};
  }

  /** What `?` shows, `text` being the line before it. */
  help(text: string, world: CliWorld): string[] {
    return helpLines(text, this.#commands(), world);
  }

  /** What the tab key makes of a line. */
  complete(text: string, world: CliWorld): string {
    return completeLine(text, this.#commands(), world);
  }

  #commands(): readonly Command[] {
    return this.#terminal.mode === 'privileged' ? commands : commands.filter(command => !command.isPrivileged);
  }

  #invalid(column: number, world: CliWorld): CommandResult {
    return {
      lines: [`${' '.repeat(this.prompt(world).length + column)}^`, "% Invalid input detected at '^' marker.", ''],
    };
  }
}
