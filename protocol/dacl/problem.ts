import type {Packet} from '#protocol/dacl/verdict.ts';

/** Something in the text of an access list that is wrong, or that will surprise its author. */
export interface AclProblem {
  /** `error`: the line is no entry, and a switch that gets it refuses the whole list (domain.md 10.2). */
  severity: 'error' | 'warning';
  /** Stable, for machines: `unknown-protocol`, `netmask`, … */
  code: string;
  /** Both count from 1; columns count UTF-16 units. */
  line: number;
  column: number;
  /** The word it is about, shortened if it is long; left out at the end of a line, and for the line as a whole. */
  token?: string;
  /** What is wrong, and what was expected. */
  message: string;
  /** What to write instead. */
  fix: string;
  /** A packet that proves it. */
  packet?: Packet;
  /** What `fix` comes to, where a program can do it. */
  edit?: TextEdit;
}

/** A change of a text. */
export type TextEdit =
  /** `length` UTF-16 units from the problem's column on give way to `text`. */
  | {kind: 'replace'; length: number; text: string}
  | {kind: 'remove-line'}
  /** `lines` come in above line `before`. */
  | {kind: 'insert'; before: number; lines: string[]};
