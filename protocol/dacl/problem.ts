/** Something in the text of an access list that is wrong, or that will surprise its author. */
export interface AclProblem {
  /** `error`: the line is no entry, and a switch that gets it refuses the whole list (domain.md 10.2). */
  severity: 'error' | 'warning';
  /** Stable, for machines: `unknown-protocol`, `netmask`, … */
  code: string;
  /** Both count from 1; columns count UTF-16 units. */
  line: number;
  column: number;
  /** What is wrong, and what was expected. */
  message: string;
  /** What to write instead. */
  fix: string;
}
