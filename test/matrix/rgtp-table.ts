/** RGTP: what each access level is answered to each command (RGTP 2.1.3, 2.2). */

/** The columns. `none`: connected, and not logged in. */
export const levels = ['none', 0, 1, 2, 3] as const;

export interface RgtpRow {
  readonly command: string;
  /** `ITEM` stands for the id of an item */
  readonly line: string;
  /** the final code for each level */
  readonly answers: readonly [none: number, zero: number, one: number, two: number, three: number];
  /** sent before, whatever is answered; `TEXT`: DATA with a text; `NEW`: the id of an item made for this */
  readonly before: readonly string[];
}

function row(command: string, line: string, answers: RgtpRow['answers'], ...before: readonly string[]): RgtpRow {
  return { command, line, answers, before };
}

export const rgtpRows: readonly RgtpRow[] = [
  row('AUTH', 'AUTH', [500, 500, 500, 500, 500]),
  row('ALVL', 'ALVL', [500, 432, 432, 432, 432]),
  row('ALVL', 'ALVL 1', [500, 482, 231, 231, 231]),
  row('ALVL', 'ALVL 3', [500, 482, 432, 432, 233]),
  row('DBUG', 'DBUG', [200, 200, 200, 200, 200]),
  row('HELP', 'HELP', [250, 250, 250, 250, 250]),
  row('MOTD', 'MOTD', [250, 250, 250, 250, 250]),
  row('NOOP', 'NOOP', [200, 200, 200, 200, 200]),
  row('QUIT', 'QUIT', [280, 280, 280, 280, 280]),
  row('REGU', 'REGU', [482, 500, 500, 500, 500]),
  row('USER', 'USER nobody', [482, 500, 500, 500, 500]),
  row('USER', 'USER guest', [231, 500, 500, 500, 500]),
  row('USER', 'USER editor', [233, 500, 500, 500, 500]),
  row('USER', 'USER editor@rgtp.test', [333, 500, 500, 500, 500]),
  row('ELOG', 'ELOG', [531, 531, 250, 250, 250]),
  row('INDX', 'INDX', [531, 531, 250, 250, 250]),
  row('ITEM', 'ITEM ITEM', [531, 531, 250, 250, 250]),
  row('ITEM', 'ITEM A0010000', [531, 531, 410, 410, 410]),
  row('STAT', 'STAT ITEM', [531, 531, 211, 211, 211]),
  row('DATA', 'DATA', [531, 531, 531, 150, 150]),
  row('NEWI', 'NEWI A subject', [531, 531, 531, 500, 500]),
  row('NEWI', 'NEWI A subject', [531, 531, 531, 220, 220], 'TEXT'),
  row('REPL', 'REPL ITEM', [531, 531, 531, 500, 500]),
  row('REPL', 'REPL ITEM', [531, 531, 531, 220, 220], 'TEXT'),
  row('CONT', 'CONT A subject', [531, 531, 531, 500, 500]),
  row('CONT', 'CONT A subject', [531, 531, 531, 520, 520], 'TEXT'),
  row('DIFF', 'DIFF', [531, 531, 531, 531, 410]),
  row('DIFF', 'DIFF ITEM', [531, 531, 531, 531, 410]),
  row('EDLK', 'EDLK', [531, 531, 531, 531, 200]),
  row('EDUL', 'EDUL', [531, 531, 531, 531, 532]),
  row('EDUL', 'EDUL', [531, 531, 531, 531, 200], 'EDLK'),
  row('EDIT', 'EDIT ITEM', [531, 531, 531, 531, 532]),
  row('EDIT', 'EDIT ITEM', [531, 531, 531, 531, 250], 'EDLK'),
  row('EDIX', 'EDIX', [531, 531, 531, 531, 532]),
  row('EDIX', 'EDIX', [531, 531, 531, 531, 250], 'EDLK'),
  row('EDAB', 'EDAB', [531, 531, 531, 531, 500]),
  row('EDAB', 'EDAB', [531, 531, 531, 531, 200], 'EDLK', 'EDIT ITEM'),
  row('EDCF', 'EDCF A reason', [531, 531, 531, 531, 500]),
  row('EDCF', 'EDCF A reason', [531, 531, 531, 531, 220], 'EDLK', 'EDIT NEW'),
  row('MOTS', 'MOTS', [531, 531, 531, 531, 500]),
  row('MOTS', 'MOTS', [531, 531, 531, 531, 220], 'TEXT'),
  row('UDBM', 'UDBM -l', [531, 531, 531, 531, 250]),
  row('UDBM', 'UDBM -s', [531, 531, 531, 531, 250]),
];
