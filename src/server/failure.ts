import { Trouble } from '../wire/trouble.ts';

/** Ends a command with a message that tells the person at the terminal what to do. */
export class Failure extends Trouble {
  readonly exitCode: 1 | 2;
  readonly remedy: string | undefined;

  /**
   * @param remedy what to do: a sentence or a few lines
   * @param options.exitCode 1: failure; 2: wrong usage or configuration
   */
  constructor(message: string, remedy?: string, options?: ErrorOptions & { readonly exitCode?: 1 | 2 }) {
    super(message, options);
    this.name = 'Failure';
    this.remedy = remedy;
    this.exitCode = options?.exitCode ?? 1;
  }
}
