import { expectedArticles } from './sample-board.ts';
import { domain, newsgroup, secureDaemon } from './sample-daemon.ts';
import { serving } from './serving.ts';
import { written } from './written.ts';
import { XServer } from './x-server.ts';

/** For programs with windows: a bridge, and a screen. */
export const desk = () => serving(async () => ({ ...(await secureDaemon()), screen: await XServer.start() }));

/** The articles of the sample board's newsgroup. */
export const inGroup = [...expectedArticles(newsgroup, domain).values()].filter((a) =>
  a.newsgroups.includes(newsgroup),
);

/** The first article of a thread of items continued twice over, with letters beyond ASCII in names and texts. */
export const root = `<O0631408.0000000C@${domain}>`;
export const thread = inGroup.filter((a) => a.messageId === root || a.references?.includes(root));

export const isForeign = (said: string | undefined): boolean => /[^\p{ASCII}]/u.test(said ?? '');

/** What is typed above a signature. */
export const typed: readonly string[] = written('').slice(0, -2);
