import { Trouble } from '../wire/trouble.ts';

/** A mistake in the configuration. */
export interface Problem {
  /** `file:line`, `file`, or `environment` */
  readonly where: string;
  /** the key, its value, and what is allowed */
  readonly message: string;
}

/** All mistakes, in the order of the file, one per line. */
export class ConfigError extends Trouble {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = problems.toSorted((a, b) => a.where.localeCompare(b.where, 'en', { numeric: true }));
    super(sorted.map(({ where, message }) => `${where}: ${message}`).join('\n'));
    this.name = 'ConfigError';
    this.problems = sorted;
  }
}
