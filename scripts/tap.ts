/** What one line of AVA's TAP output tells. `plumbing`: nothing for people. */
export type TapLine = 'passed' | 'failed' | 'skipped' | 'detail' | 'plumbing';

/** Counts a TAP stream line by line, and knows when the stream is not to be trusted. */
export class TapCount {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** The failed tests in the order in which they ended, each with what AVA said of it. */
  readonly failures: {title: string; details: string[]}[] = [];
  #isFailing = false;
  #planned: number | undefined;
  #reportedFailures = 0;

  read(line: string): TapLine {
    const kind = this.#count(line);
    if (kind !== 'detail') this.#isFailing = kind === 'failed';
    if (kind === 'failed') this.failures.push({title: line.replace(/^not ok \d+ - /, ''), details: []});
    else if (kind === 'detail' && this.#isFailing) this.failures.at(-1)?.details.push(line);
    if (line === '  ...') this.#isFailing = false;
    return kind;
  }

  #count(line: string): TapLine {
    if (/^ok \d+ .*# SKIP$/.test(line)) {
      this.skipped++;
      return 'skipped';
    }
    if (/^ok \d+/.test(line)) {
      this.passed++;
      return 'passed';
    }
    if (/^not ok \d+/.test(line)) {
      this.failed++;
      return 'failed';
    }
    const plan = /^1\.\.(\d+)/.exec(line);
    if (plan) this.#planned = Number(plan[1]);
    const failures = /^# fail (\d+)$/.exec(line);
    if (failures) this.#reportedFailures = Number(failures[1]);
    return plan || line === '' || /^(TAP version|# (tests|pass|skip|todo|fail) )/.test(line) ? 'plumbing' : 'detail';
  }

  /** Takes the figures of another stream, which has ended. */
  add({passed, failed, skipped, failures}: TapCount): void {
    this.failures.push(...failures);
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
  }

  /** What is wrong beyond failed tests, now that AVA has ended; each counts as one more failure. */
  problems({code, signal}: {code: number | null; signal: NodeJS.Signals | null}): string[] {
    const problems: string[] = [];
    const seen = this.passed + this.failed + this.skipped;
    if (this.#planned === undefined) {
      problems.push(`AVA ended (${signal ?? `exit code ${code}`}) before it had closed its report.`);
    } else if (this.#reportedFailures > this.failed) {
      problems.push(`${this.#reportedFailures - this.failed} tests had not ended when AVA did.`);
    } else if (this.passed + this.failed === 0) {
      problems.push(`No test was run${seen > 0 ? ': all were skipped' : ''}.`);
    } else if (code !== 0 && this.failed === 0) {
      problems.push(
        `AVA ended with ${signal ?? `exit code ${code}`} although it reported no failure: perhaps something that a spec left open kept its process.`,
      );
    }
    this.failed += problems.length;
    return problems;
  }
}
