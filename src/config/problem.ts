/** A mistake in the configuration, and all of them together. */
export interface Problem {
  /** `file:line`, `file`, or `environment` */
  readonly where: string;
  /** key, value and what is allowed */
  readonly message: string;
}

/** Thrown with every mistake found, in the order of the file. Its message has a line for each. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = problems.toSorted((a, b) => a.where.localeCompare(b.where, 'en', { numeric: true }));
    super(sorted.map(({ where, message }) => `${where}: ${message}`).join('\n'));
    this.name = 'ConfigError';
    this.problems = sorted;
  }
}
