import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Where the time of day is meant. Durations are measured by `performance.now()`: a wall clock may be set. */
const DATES: Readonly<Record<string, string>> = {
  'src/board/mail.ts': 'the Date of a letter',
  'src/board/store.ts': 'times of posts',
  'src/bridge/login/remembered-proofs.ts': 'when a login was accepted last, kept over restarts',
  'src/bridge/mirror/mirror.ts':
    'times of posts; when a poll was, for people; the last full comparison, kept over restarts',
  'src/bridge/known/opening.ts': 'when articles arrived, kept over restarts',
  'src/bridge/posting/article-poster.ts': 'Expires and Date of articles; fresh Message-IDs',
  'src/bridge/posting/board-poster.ts': 'when an intent was written, kept over restarts',
  'src/feed/peer-feed.ts': 'when a peer failed last, for people',
  'src/nntp/server.ts': 'two-digit years of NEWGROUPS and NEWNEWS',
  'src/ops/http.ts': 'the status page',
  'src/ops/log.ts': 'the time of a log entry',
  'src/rgtp/motd.ts': 'the year of a date without one',
  'src/server/backup.ts': 'names of backups',
  'src/server/board-service.ts': 'since when the server runs, for the status page',
  'src/server/boards.ts': 'when a newsgroup was added',
  'src/server/doctor/boards.ts': 'a board’s clock against ours',
  'src/server/doctor/certificate.ts': 'when a certificate runs out',
  'src/server/doctor/login.ts': 'when a certificate runs out',
  'src/server/doctor/shown-certificate.ts': 'when a certificate runs out',
  'src/server/doctor/system.ts': 'the age of a backup; whether the clock is right',
  'src/server/restore.ts': 'names of what was replaced',
  'src/server/service.ts': 'since when the server runs, for the status page',
  'src/store/work-folder.ts': 'the age of a folder that has no lock',
};

test('the time of day is used for dates only', () => {
  const using = globSync('src/**/*.ts').filter((file) =>
    /\bDate\.now\b|\bnew Date\(\)/.test(readFileSync(file, 'utf8')),
  );
  expect(using.map((file) => file.replaceAll('\\', '/')).toSorted()).toEqual(Object.keys(DATES).toSorted());
});
