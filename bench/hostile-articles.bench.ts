/** CPU of one hostile article in the bridge, from its octets to the board's lines or its refusal: the best of some runs. */
import { groggsLimits } from '../src/news/posting/board-limits.ts';
import { boardLines } from '../src/news/posting/board-text.ts';
import { PostingError } from '../src/news/posting/error.ts';
import { readPosting } from '../src/news/posting/posting.ts';
import { hostileArticles } from '../test/news/posting/hostile-articles.ts';
import type { Result } from './main.ts';

const RUNS = 9;

export default async function hostile(): Promise<readonly Result[]> {
  return Object.entries(hostileArticles).map(([name, text]) => {
    const article = Buffer.from(text);
    let best = Number.POSITIVE_INFINITY;
    let outcome = '';
    for (let run = 0; run < RUNS; run++) {
      const begun = performance.now();
      outcome = post(article);
      best = Math.min(best, performance.now() - begun);
    }
    return { name, value: best, unit: 'ms', note: `${Math.round(article.length / 1024)} KiB; ${outcome}` };
  });
}

function post(article: Buffer): string {
  try {
    const { text } = readPosting(article, { now: Date.now(), feed: false });
    return `${boardLines(text, 'auto', groggsLimits, 'contribution').length} lines`;
  } catch (error) {
    if (error instanceof PostingError) return error.message.slice(0, 70);
    throw error;
  }
}
