/** The texts of the bridge's own articles, about what editors have done. */
import { formatDate } from '../../news/date.ts';
import { formatAddress, type MailboxStyle } from '../../news/mailbox.ts';
import type { Charset } from '../../wire/charset.ts';
import type { Octets } from '../../wire/octets.ts';
import type { Notice } from '../model.ts';
import { linesOf, textOf } from '../text.ts';

/** What a notice says besides the item. */
export interface Deed {
  readonly notice: Notice | undefined;
  /** the editor, from the index, or from the edit log if the index has no row */
  readonly userid: Octets;
  /** unix seconds */
  readonly time: number;
}

export interface NoticeStyle extends MailboxStyle {
  readonly charset: Charset;
}

/** Quotes neither text: the new one is in the articles, and a board shows the old one only to editors (DIFF). */
export function editNotice(itemId: string, deed: Deed, style: NoticeStyle): string[] {
  return [
    `The item ${itemId} was edited. Its articles have changed in place:`,
    'fetch them again to read them as they are now.',
    '',
    ...doneBy(deed, style),
  ];
}

export function withdrawalNotice(itemId: string | undefined, deed: Deed, style: NoticeStyle): string[] {
  const what = itemId === undefined ? 'An item was withdrawn.' : `The item ${itemId} was withdrawn.`;
  return [`${what} Its articles are gone.`, '', ...doneBy(deed, style)];
}

export function indexEditNotice(deed: Deed, style: NoticeStyle): string[] {
  return [
    'The index of this board was edited. Subjects of items may have changed, and',
    'articles may be gone.',
    '',
    ...doneBy(deed, style),
  ];
}

/** Replaces a message of the day that the board no longer has. */
export function lostMotd(deed: Deed, style: NoticeStyle): string[] {
  return [
    `This message of the day was set by ${editor(deed, style)}`,
    `on ${formatDate(deed.time)}.`,
    'Its text is no longer on the board, which keeps the newest only.',
  ];
}

/** Replaces a post that is in the index but not in its item, or whose item the board does not send. */
export function lostPost(): string[] {
  return ['The text of this post is no longer on the board.'];
}

/** The reason as one line of text; empty if none was given. */
export function reasonOf(notice: Notice | undefined, charset: Charset): string {
  return linesOf(notice?.reason ?? [], charset)
    .join(' ')
    .trim();
}

function doneBy(deed: Deed, style: NoticeStyle): string[] {
  const [first = '', ...more] = linesOf(deed.notice?.reason ?? [], style.charset);
  return [
    `Editor:  ${editor(deed, style)}`,
    `Date:    ${formatDate(deed.time)}`,
    `Reason:  ${first.trim() === '' && more.length === 0 ? 'none given' : first}`,
    ...more.map((line) => `         ${line}`),
  ];
}

function editor(deed: Deed, style: NoticeStyle): string {
  return formatAddress(textOf(deed.userid, style.charset), style);
}
