import type { Soon } from '../../wire/soon.ts';
import type { Newsgroup, RenderedArticle } from '../backend.ts';
import type { Answer } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import { targetClaim } from './claim.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';
import { moveTo, type Target, targetOf } from './target.ts';

/**
 * ARTICLE, HEAD and BODY: different parts of the same article.
 * @param part includes the terminator
 * @param fetch gets what the part needs
 */
export function articleCommand(
  head: string,
  code: number,
  part: (article: RenderedArticle) => readonly Buffer[],
  fetch: (group: Newsgroup, number: number) => Soon<RenderedArticle | undefined> = whole,
): Command {
  return {
    head,
    syntax: '[number | message-id]',
    words: [0, 1],
    needs: 'read',
    claims: targetClaim,
    run(client, [word]): Soon<Answer> {
      const target = targetOf(client, word);
      if (typeof target === 'string') return target;
      const article = fetch(target.group, target.number);
      if (article instanceof Promise) return article.then((fetched) => answer(client, target, word, fetched));
      return answer(client, target, word, article);
    },
  };

  function answer(
    client: Client,
    target: Target,
    word: string | undefined,
    article: RenderedArticle | undefined,
  ): Answer {
    if (!article) return gone(word);
    moveTo(client, target, word);
    return [`${code} ${target.shown} ${target.messageId}`, ...part(article)];
  }
}

function whole(group: Newsgroup, number: number): Soon<RenderedArticle | undefined> {
  return group.article(number);
}

/** The article was removed while its text was being fetched. */
function gone(word: string | undefined): string {
  if (word === undefined) return status.noCurrent;
  return word.startsWith('<') ? status.noMessageId : status.noNumber;
}
