/** What is said to the person who starts the server. */
import type { NewBoard } from './embedded-board.ts';

/** The editor's account: shown once. */
export function welcomeEditor({ userid, secret, file }: NewBoard): string {
  return `
A new board was made. Its editor, who can write, edit, and let others in:
  userid  ${userid}
  secret  ${secret}
Log in with these as user and password. The secret is shown this once; ${file} keeps it.

`;
}
