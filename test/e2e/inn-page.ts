/** What docs/inn.md tells both operators to write and to run, so that it is tested word for word. */
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../../docs/inn.md', import.meta.url), 'utf8');

/** A file of the page: the first block after its name in bold. */
export function fileOfPage(path: string): string {
  const [, rest] = text.split(`**\`${path}\`**`);
  const file = /```\w*\n(.*?)```/s.exec(rest ?? '')?.[1];
  if (file === undefined) throw new Error(`docs/inn.md has no ${path}`);
  return file;
}

/** What the user news runs by the section about INN as a peer, in order: shell commands that contain a word. */
export function commandsOfPage(word: string): string[] {
  const [, section = ''] = text.split('## INN as a peer\n');
  const commands =
    section
      .split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('sudo -u news ')) ?? [];
  return commands.map((line) => line.slice('sudo -u news '.length)).filter((line) => line.includes(word));
}
