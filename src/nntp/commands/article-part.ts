import type { Soon } from '../../wire/soon.ts';
import type { Newsgroup, RenderedArticle } from '../backend.ts';
import type { Answer } from '../syntax/answer.ts';
import { targetClaim } from './claim.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';
import { type ArticlePlace, absent, moveTo, placeOf } from './target.ts';

/**
 * ARTICLE, HEAD and BODY: different parts of the same article.
 * @param answerOf makes the answer, terminator included
 * @param fetch gets what the answer needs
 */
export function articleCommand(
  head: string,
  answerOf: (article: RenderedArticle, place: ArticlePlace) => Answer,
  fetch: (group: Newsgroup, number: number) => Soon<RenderedArticle | undefined> = whole,
): Command {
  return {
    head,
    syntax: '[number | message-id]',
    words: [0, 1],
    needs: 'read',
    claims: targetClaim,
    run(client, [word]): Soon<Answer> {
      const place = placeOf(client, word);
      if (typeof place === 'string') return place;
      const article = fetch(place.group, place.number);
      if (article instanceof Promise) return article.then((fetched) => answer(client, place, word, fetched));
      return answer(client, place, word, article);
    },
  };

  function answer(
    client: Client,
    place: ArticlePlace,
    word: string | undefined,
    article: RenderedArticle | undefined,
  ): Answer {
    if (!article) return absent(word);
    moveTo(client, place, word);
    return answerOf(article, place);
  }
}

export function articleLine(code: number, { shown }: ArticlePlace, { messageId }: RenderedArticle): string {
  return `${code} ${shown} ${messageId}`;
}

function whole(group: Newsgroup, number: number): Soon<RenderedArticle | undefined> {
  return group.article(number);
}
