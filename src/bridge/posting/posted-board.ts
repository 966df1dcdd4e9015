import type { BoardLimits } from '../../news/posting/board-limits.ts';
import type { TextRules } from '../../news/posting/mime.ts';
import type { Charset } from '../../wire/charset.ts';

/** The part of a board's configuration that posting uses. */
export interface PostedBoard {
  /** the main newsgroup */
  readonly newsgroup: string;
  readonly charset: Charset;
  /** the grogname of every post; empty: the member's, or the display name of From */
  readonly grogname: string;
  /** what the board accepts; default: groggsd's limits */
  readonly limits?: BoardLimits;
  /** default: `refuse` */
  readonly attachments?: TextRules['attachments'];
  /** columns at which the author's own text is wrapped; default: 72 */
  readonly wrap?: number;
  /** the domain of the Message-IDs made by the board */
  readonly domain: string;
  /** … and of those that this server suggests to posters */
  readonly host?: string;
}
