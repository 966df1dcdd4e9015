import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { Person } from './person.ts';
import { expectedArticles } from './sample-board.ts';
import { domain, newsgroup, sampleDaemon } from './sample-daemon.ts';
import { Terminal } from './terminal.ts';

/** Reads each message with Python's parser and prints what it finds, by Message-ID. */
const READ = `
import email.policy, email.header, json, mailbox, sys
kind, path = sys.argv[1:]
box = mailbox.mbox(path, create=False) if kind == 'mbox' else mailbox.Maildir(path, create=False)
def plain(message):
    text = message.get_payload(decode=True).decode('utf-8')
    if kind != 'mbox': return text
    lines = text.split('\\n')
    return '\\n'.join(line[1:] if line.lstrip('>').startswith('From ') and line.startswith('>') else line for line in lines)
print(json.dumps({message['Message-ID']: {
    'subject': str(email.header.make_header(email.header.decode_header(message['Subject']))),
    'newsgroups': message['Newsgroups'],
    'from': message.get_from() if kind == 'mbox' else None,
    'seen': 'S' in message.get_flags() if kind != 'mbox' else None,
    'text': plain(message),
} for message in box}))
`;

interface Read {
  readonly subject: string;
  readonly newsgroups: string;
  readonly from: string | null;
  readonly seen: boolean | null;
  readonly text: string;
}

describe('archives', () => {
  let daemon: Daemon;
  const expected = [...expectedArticles(newsgroup, domain).values()];
  const paths = () => ({ mbox: join(daemon.folder, 'board.mbox'), maildir: join(daemon.folder, 'mail') });
  beforeAll(async () => {
    ({ daemon } = await sampleDaemon());
    await daemon.command('export', '--mbox', paths().mbox);
    await daemon.command('export', '--maildir', paths().maildir);
  });
  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    rmSync(daemon.folder, { recursive: true, force: true });
  });

  it.each(['mbox', 'maildir'] as const)("Python's mailbox reads every article from a %s", async (kind) => {
    const { stdout } = await promisify(execFile)('python3', ['-c', READ, kind, paths()[kind]], { maxBuffer: 1 << 27 });
    // What the script prints.
    const read = new Map(Object.entries(JSON.parse(stdout) as Record<string, Read>));
    expect(read.size).toBe(expected.length);
    for (const { messageId, subject, body, newsgroups } of expected) {
      if (messageId === undefined) continue;
      const message = read.get(messageId);
      expect(message?.newsgroups, messageId).toBe(newsgroups.join(','));
      // A header has no tabs, and one Re: at most.
      const heading = subject?.replaceAll('\t', ' ').replace(/^(Re: )+/, '');
      if (heading !== undefined) expect(message?.subject.replace(/^Re: /, ''), messageId).toBe(heading);
      if (body !== undefined) expect(message?.text, messageId).toBe(body.replaceAll('\r\n', '\n'));
      if (kind === 'mbox') expect(message?.from).toMatch(/^\S+@?\S* \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/);
      else expect(message?.seen).toBe(true);
    }
  });

  it.skipIf(!present('NeoMutt', 'neomutt', 'tmux')).each(['mbox', 'maildir'] as const)(
    'NeoMutt opens a %s, and finds threads in it',
    async (kind) => {
      using person = new Person();
      const rc = person.write(
        'neomuttrc',
        `set sort=threads charset=utf-8 quit=yes status_format="[Msgs:%m Shown:%M]" mbox_type=${kind === 'mbox' ? 'mbox' : 'Maildir'}
set folder="${person.home}" spoolfile="${paths()[kind]}" record="" move=no header_cache=""
`,
      );
      using terminal = new Terminal(['neomutt', '-n', '-R', '-F', rc, '-f', paths()[kind]], {
        env: person.environment,
      });
      await terminal.shows(new RegExp(`\\[Msgs:${expected.length} `));
      await terminal.keys('l');
      await terminal.shows(/Limit to messages matching:/);
      await terminal.type(`~x O0591429.00000002@${domain}`);
      await terminal.keys('Enter');
      const root = `<O0591429.00000002@${domain}>`;
      const [, shown] = /Shown:(\d+)/.exec(await terminal.shows(/\[Msgs:\d+ Shown:[1-9]\d?\]/)) ?? [];
      expect(Number(shown)).toBeGreaterThanOrEqual(
        expected.filter(({ references }) => references?.includes(root)).length,
      );
      await terminal.shows(/─>Re: Hup: the great marmalade debate/);
      await terminal.keys('q');
      await terminal.ends();
    },
  );
});
