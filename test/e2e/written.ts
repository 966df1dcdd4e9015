/** The headers that declare a text as UTF-8, unencoded. */
export const mime: readonly string[] = [
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
];

/** The headers of what Ann writes. */
export const annsHead = (newsgroup: string): readonly string[] => [
  'From: Ann at the back <ann@rgtp.test>',
  `Newsgroups: ${newsgroup}`,
  ...mime,
];

/** `Subject`, with the title in an encoded word. */
export const subjectOf = (title: string, prefix = ''): string =>
  `Subject: ${prefix}=?utf-8?B?${Buffer.from(title).toString('base64')}?=`;

/** What people write: letters beyond Latin-1, quotes, dots, an indent, a signature. */
export const written = (who: string): readonly string[] => [
  '> « Voilà », dit l’élève.',
  '>> It costs 5 € in “Łódź”.',
  '',
  'Grüße aus der Bücherei, "straight" and \'curly\' – naïve résumé.',
  '.',
  '.dot and ..two dots',
  '\tan indent',
  '',
  '-- ',
  `Ann — ${who}`,
];

/** What the board has then: it strips blanks at the ends of lines. */
export const stored = (who: string): readonly string[] => written(who).map((line) => line.trimEnd());

/** Octets, one character each. */
export const octets = (characters: string): string => Buffer.from(characters).toString('latin1');

/** The text of lines whose characters are octets. */
export const text = (lines: readonly string[]): string => Buffer.from(lines.join('\n'), 'latin1').toString('utf8');
