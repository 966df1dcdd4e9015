/** Seeds from the recordings in `test/fixtures`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Octets } from '../../src/wire/octets.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');
const FEW = 400;

/** LF ends lines; the last line end begins no line. */
export function linesFrom(text: Octets): Octets[] {
  // Splitting octets gives octets.
  const lines = text.split('\n') as Octets[];
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** `read`'s result, which is worked out when it is first asked for. */
function once<T>(read: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: read() };
    return result.value;
  };
}

function recordingsIn(folder: string): string[] {
  const path = join(FIXTURES, folder);
  return readdirSync(path)
    .sort()
    .map((file) => readFileSync(join(path, file), 'utf8'));
}

function distinct(inputs: readonly Buffer[]): Buffer[] {
  return [...new Map(inputs.map((input) => [input.toString('latin1'), input])).values()].slice(0, FEW);
}

/** What recordings of RGTP sessions escape: `\r\n` at the end, `\xNN`. */
function unescaped(text: string): Buffer {
  const plain = text
    .replace(/\\r\\n$/, '')
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/[^\0-\xff]/g, '?');
  return Buffer.from(plain, 'latin1');
}

const rgtp = once((): { side: string; line: Buffer }[] =>
  recordingsIn('rgtp').flatMap((recording) =>
    [...recording.matchAll(/^([CS]): (.*)$/gm)].map(([, side = '', line = '']) => ({ side, line: unescaped(line) })),
  ),
);

/** Command lines of real newsreaders. */
export const newsreaderLines = once((): Buffer[] => {
  const lines = recordingsIn('newsreaders').flatMap((recording) =>
    [...recording.matchAll(/^\d+ +\d+ C: ([A-Za-z].*)$/gm)].map(([, line = '']) => Buffer.from(line)),
  );
  return distinct(lines);
});

export const recordedAnswers = once((): Buffer[] => {
  return distinct(rgtp().flatMap(({ side, line }) => (side === 'S' && /^\d{3} /.test(line.toString()) ? [line] : [])));
});

/** Index rows, 199 octets each. */
export const recordedRows = once((): Buffer[] => {
  return distinct(rgtp().flatMap(({ side, line }) => (side === 'S' && line.length === 199 ? [line] : [])));
});

/** Data blocks that servers sent: the lines between 250 and the dot. */
export const recordedBlocks = once((): Buffer[] => {
  const blocks: Buffer[] = [];
  let block: Buffer[] | undefined;
  for (const { side, line } of rgtp()) {
    if (side !== 'S') continue;
    if (block === undefined) block = line.toString('latin1').startsWith('250') ? [] : undefined;
    else if (line.equals(Buffer.from('.'))) {
      blocks.push(Buffer.concat(block.flatMap((text) => [text, Buffer.from('\n')])));
      block = undefined;
    } else block.push(line);
  }
  return distinct(blocks);
});

export const recordedItems = once((): Buffer[] => {
  return recordedBlocks().filter((block) => /^.{35}.*\n\^[0-9A-F]{8}/i.test(block.toString('latin1')));
});

/** Texts that clients sent after 150, up to the dot. */
export const recordedTexts = once((): Buffer[] => {
  const texts: Buffer[] = [];
  let text: Buffer[] | undefined;
  for (const { side, line } of rgtp()) {
    if (side === 'S') text = line.toString('latin1').startsWith('150') ? [] : text;
    else if (text !== undefined) {
      if (line.equals(Buffer.from('.'))) {
        texts.push(Buffer.concat(text.flatMap((part) => [part, Buffer.from('\r\n')])));
        text = undefined;
      } else text.push(line);
    }
  }
  return distinct(texts);
});

/** Commands that clients sent to boards. */
export const recordedCommands = once((): Buffer[] => {
  return distinct(
    rgtp().flatMap(({ side, line }) => (side === 'C' && /^[A-Za-z]{4}\b/.test(line.toString('latin1')) ? [line] : [])),
  );
});
