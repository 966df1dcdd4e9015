import assert from 'node:assert/strict';
import { PostingError } from '../../../src/news/posting/error.ts';
import { oneLine, only, readable, shown, splitEntity } from '../../../src/news/posting/fields.ts';
import { withoutRe } from '../../../src/news/posting/subject.ts';
import { articles } from '../articles.ts';
import { type ParserTarget, unlessRefused } from '../target.ts';

/** The header of an article or of a part. */
export const headerFields: ParserTarget = {
  name: 'header-fields',
  seeds: articles,
  words: ['\r\n ', '\r\n\t', ': ', '\n\n', 'Subject:', 'Re: ', 'Re[2]:', 'AW: '],
  maxOctets: 65_536,
  run(input) {
    const entity = unlessRefused(() => splitEntity(input), PostingError);
    if (entity === undefined) return;
    for (const { name, body } of entity.fields) {
      assert.match(name, /^[!-9;-~]+$/);
      assert(!body.includes('\n'));
      const once = unlessRefused(() => only(entity.fields, name), PostingError);
      if (once === undefined) continue;
      shown(once);
      const text: string | undefined = unlessRefused(() => readable(entity.fields, name), PostingError);
      if (text === undefined) continue;
      assert.equal(oneLine(text), text);
      assert(withoutRe(text).length <= text.length);
    }
  },
};
