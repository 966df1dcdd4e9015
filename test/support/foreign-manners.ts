/** How the two servers that are not ours answer, word for word from the recordings (test/fixtures/rgtp). */

export type PostKind = 'I' | 'R' | 'C';

export interface ForeignItem {
  readonly id: string;
  readonly subject: string;
  readonly from: string | undefined;
  to: string | undefined;
  lastReply: number;
  /** everything after the first line, as it is sent */
  readonly lines: string[];
}

export interface Manners {
  readonly banner: string;
  /** what everybody may do before USER */
  readonly stranger: 0 | 1;
  /** whether userids differ by more than the case of their domain */
  readonly fold: (userid: string) => string;
  readonly hex: (n: number) => string;
  readonly firstSequence: number;
  readonly access: Readonly<Record<1 | 2 | 3, string>>;
  readonly prove: string;
  readonly unknownUser: string;
  readonly wrongProof: string;
  readonly noop: string;
  readonly unknownCommand: string;
  readonly noAccess: string;
  readonly noData: string;
  readonly noItem: (id: string) => string;
  readonly sendData: string;
  readonly gotData: string;
  readonly badIndex: string;
  readonly data: string;
  readonly done: (kind: PostKind, itemId: string) => string;
  /** octets; an item that would grow over it is full */
  readonly itemLimit: number;
  readonly full: string;
  /** whether 122 and 422 say that an item is continued; otherwise `full` does */
  readonly saysContinued: boolean;
  /** the number that a refused reply would have had is gone */
  readonly wastesNumbers: boolean;
  readonly notFull: string;
  readonly motd: (time: string, sequence: string) => string;
  readonly noMotd: string;
  readonly elog: readonly string[];
  /** a line of a text as it came, to what the item keeps */
  readonly keep: (line: string) => string;
  /** a line as the item keeps it, to what is sent */
  readonly send: (line: string) => string;
  readonly date: (time: number) => string;
  /** after the four columns of ITEM's first line */
  readonly itemSubject: (subject: string) => string;
  readonly byline: (kind: PostKind, id: string, grogname: string, userid: string, date: string) => string[];
  readonly continued: (id: string, userid: string) => string;
  /** where empty lines stand: before a post that is not the first, and after a post */
  readonly before: (isFirst: boolean) => readonly string[];
  readonly after: (kind: PostKind) => readonly string[];
  /** the subject that F has in the index */
  readonly subjectOfF: (old: string, now: string) => string;
  readonly itemId: (count: number) => string;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

function dateWith(separator: string): (time: number) => string {
  return (time) => {
    const at = new Date(time * 1000);
    const clock = `${two(at.getUTCHours())}${separator}${two(at.getUTCMinutes())}`;
    return `${clock} on ${DAYS[at.getUTCDay()]} ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]}`;
  };
}

const what = (kind: PostKind, id: string) => (kind === 'R' ? 'Reply ' : `Item ${id} `);

export const groggsd: Manners = {
  banner: '230 Experimental GROGGS system RGTP server ready (no access yet)',
  stranger: 0,
  fold: (userid) => userid.replace(/@.*/, (domain) => domain.toLowerCase()),
  hex: (n) => n.toString(16).toUpperCase().padStart(8, '0'),
  firstSequence: 1,
  access: {
    1: '231 Unconfirmed login OK (no posting)',
    2: '232 Identity confirmed (posting ok)',
    3: '233 Identity confirmed (editor)',
  },
  prove: '130 MD5  Please provide proof of identity.',
  unknownUser: '482 You are unknown to me - please ask the Editors for a userid.',
  wrongProof: '483 Identity confirmation failed.',
  noop: '200 NOOP command received.',
  unknownCommand: '510 Unknown command.',
  noAccess: '530 Permission denied as specified in 230/231/232 response.',
  noData: '500 Need DATA first.',
  noItem: (id) => `410 Item ${id} does not exist or has been archived.`,
  sendData: "150 Send grogname and text; finish with `.'",
  gotData: '350 Data received, thanks.  What shall I do with it?',
  badIndex: '511 Date must be only a hex number.',
  data: '250 Data follows',
  done: (kind, id) =>
    ({
      I: 'Item inserted and index updated.',
      R: `Reply to ${id} inserted and index updated.`,
      C: 'Continuation item inserted and index updated.',
    })[kind],
  itemLimit: 14_000,
  full: '421 Reply is too long to fit in the same item.',
  saysContinued: true,
  wastesNumbers: false,
  notFull: '520 Continuation only allowed after an item found to be too full.',
  // Backwards.
  motd: (time, sequence) => `${time} ${sequence}`,
  noMotd: '410 There is no message of the day.',
  elog: ['250 No edits stored', '.'],
  keep: (line) =>
    line
      .replace(/^\./, '')
      .replace(/[ \t\v\f\r]+$/, '')
      .replace(/^\^/, '^^'),
  send: (line) => line.replace(/^\./, '..'),
  date: dateWith('.'),
  itemSubject: () => '',
  byline(kind, id, grogname, userid, date) {
    const name = grogname.trim();
    if (name === '') return [`${what(kind, id)}from ${userid} at ${date}`];
    const line = `${what(kind, id)}from ${name} (${userid}) at ${date}`;
    return line.length <= 80 ? [line] : [`${what(kind, id)}from ${userid} at ${date}`, `From ${name}`];
  },
  continued: (id, userid) => `[Continued in ${id} by ${userid}.]`,
  before: (isFirst) => (isFirst ? [] : ['']),
  after: () => [],
  subjectOfF: (old) => old,
  itemId: (count) => `P324${String(2146 + count)}`,
};

export const spurge: Manners = {
  banner: '231 Spurge RGTP server ready (read-only; log in for more)',
  stranger: 1,
  fold: (userid) => userid.toLowerCase(),
  hex: (n) => n.toString(16).padStart(8, '0'),
  firstSequence: 0,
  access: {
    1: "231 Okay, you're in. You have read access.",
    2: "232 Okay, you're in. You have append access.",
    3: "233 Okay, you're in. You have editor access.",
  },
  prove: '130 MD5  Prove it.',
  unknownUser: "482 I don't know you; ask the Editors for an account.",
  wrongProof: '483 Sir, you are a charlatan!',
  noop: '200 Nobody here but us trees.',
  unknownCommand: '510 Huh? (Type "help" if you need a hand.)',
  noAccess: "531 That command isn't available to you.",
  noData: '423 That command needs some data. Try the DATA command.',
  noItem: () => "410 No, I don't have one of those.",
  sendData: "150 Send your grogname, then the data. End with '.'",
  gotData: "350 Well, there's one you prepared earlier.",
  badIndex: '511 You need to give a hex number, maybe with a hash before it.',
  data: "250 Here's your data.",
  done: () => 'OK, posted',
  itemLimit: 8192,
  full: "421 That item's full. Continue it, if you like.",
  saysContinued: false,
  wastesNumbers: true,
  notFull: '423 That command needs some data. Try the DATA command.',
  motd: (time, sequence) => `${sequence} ${time}`,
  noMotd: "410 No, I don't have one of those.",
  elog: ['510 Not implemented.'],
  // Dots stay doubled in the item, and carets are never doubled.
  keep: (line) => line,
  send: (line) => line,
  date: dateWith(':'),
  itemSubject: (subject) => ` ${subject}`,
  byline(kind, id, grogname, userid, date) {
    const line = `${what(kind, id)}from ${grogname} (${userid}) at ${date}`;
    return line.length <= 80 ? [line] : [`${what(kind, id)}from ${userid} at ${date}`, `From ${grogname}`];
  },
  continued: (id, userid) => `[Item continued in ${id} by ${userid}.]`,
  before: () => [],
  after: (kind) => (kind === 'C' ? [] : ['']),
  subjectOfF: (_, now) => now,
  // They are random there; here, any that are not in order will do.
  itemId: (count) => `P${String((3_521_492 + count * 5_181_725) % 10_000_000).padStart(7, '0')}`,
};
