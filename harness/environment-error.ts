/** The machine lacks something. `message` says what and why, `remedy` the command or step that helps; the CLI exits with 3. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly exitCode = 3;
  readonly remedy: string;

  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem}\n${remedy}`, options);
    this.remedy = remedy;
  }
}
