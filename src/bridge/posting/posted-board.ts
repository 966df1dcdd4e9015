import type { BoardLimits } from '../../news/posting/board-limits.ts';
import type { TextRules } from '../../news/posting/mime.ts';
import type { Charset } from '../../wire/charset.ts';

/** The part of a board's configuration that posting uses. */
export interface PostedBoard {
  /** the main one */
  readonly newsgroup: string;
  readonly charset: Charset;
  /** for every post; empty: the member's, or the display name of From */
  readonly grogname: string;
  /** what the board takes; default: groggsd's */
  readonly limits?: BoardLimits;
  /** default: `refuse` */
  readonly attachments?: TextRules['attachments'];
  /** columns at which the author's own text is wrapped; default: 72 */
  readonly wrap?: number;
  /** of the Message-IDs that the board makes */
  readonly domain: string;
  /** … and of those that this server suggests to posters */
  readonly host?: string;
}
