import type { Random } from './random.ts';

/** Octets that mean something to one parser or another. */
const TELLING = Buffer.from('\0\t\n\r .,:;^@<>"\\=?*!-/()[]{}#%&\x7f\x80\x9f\xa0\xc3\xe2\xed\xf4\xff', 'latin1');
const NUMBERS = ['0', '1', '-1', '9', '127', '255', '256', '65535', '2147483647', '2147483648', '4294967295'];
const MORE_NUMBERS = ['4294967296', '9007199254740993', '9999999999999999', 'FFFFFFFF', '00000000', '1e9', '0x10'];
const ALL_NUMBERS = [...NUMBERS, ...MORE_NUMBERS];
const LARGE = 30;

type Mutation = (input: Buffer, random: Random, words: readonly string[], maxOctets: number) => Buffer;

function place(input: Buffer, random: Random): { from: number; to: number } {
  const from = random.below(input.length + 1);
  // Mostly short pieces: one octet, one word, now and then half of the input.
  const most = random.oneIn(4) ? input.length : 16;
  return { from, to: Math.min(input.length, from + random.between(1, Math.max(1, most))) };
}

function replace(input: Buffer, from: number, to: number, piece: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, from), piece, input.subarray(to)]);
}

function onLines(input: Buffer, change: (lines: string[]) => void): Buffer {
  const lines = input.toString('latin1').split('\n');
  change(lines);
  return Buffer.from(lines.join('\n'), 'latin1');
}

const mutations: readonly [Mutation, ...Mutation[]] = [
  function flipBit(input, random) {
    const copy = Buffer.from(input);
    const at = random.below(copy.length);
    if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return copy;
  },
  function setOctet(input, random) {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[random.below(copy.length)] = TELLING[random.below(TELLING.length)] ?? 0;
    return copy;
  },
  function insertTelling(input, random) {
    const at = random.below(input.length + 1);
    const octet = TELLING[random.below(TELLING.length)] ?? 0;
    return replace(input, at, at, Buffer.alloc(random.oneIn(8) ? random.between(1, 600) : 1, octet));
  },
  function insertNoise(input, random) {
    const at = random.below(input.length + 1);
    return replace(input, at, at, random.octets(random.between(1, 12)));
  },
  function insertWord(input, random, words) {
    const at = random.below(input.length + 1);
    return replace(input, at, at, Buffer.from(random.pick(words) ?? '', 'utf8'));
  },
  function overwriteWithWord(input, random, words) {
    const { from, to } = place(input, random);
    return replace(input, from, to, Buffer.from(random.pick(words) ?? '', 'utf8'));
  },
  function remove(input, random) {
    const { from, to } = place(input, random);
    return replace(input, from, to, Buffer.alloc(0));
  },
  function copyElsewhere(input, random) {
    const { from, to } = place(input, random);
    const at = random.below(input.length + 1);
    return replace(input, at, at, Buffer.from(input.subarray(from, to)));
  },
  function repeat(input, random, _words, maxOctets) {
    const { from, to } = place(input, random);
    const piece = input.subarray(from, to);
    const times = random.oneIn(LARGE) ? random.between(100, 4000) : random.between(1, 8);
    const octets = Math.min(piece.length * times, maxOctets);
    return replace(input, from, from, Buffer.alloc(octets, piece.length === 0 ? 0 : piece));
  },
  function truncate(input, random) {
    return input.subarray(0, random.below(input.length + 1));
  },
  function changeNumber(input, random) {
    const text = input.toString('latin1');
    const numbers = [...text.matchAll(/[0-9A-Fa-f]*[0-9][0-9A-Fa-f]*/g)];
    const found = random.pick(numbers);
    if (found === undefined) return input;
    const number = Buffer.from(random.pick(ALL_NUMBERS) ?? '', 'latin1');
    return replace(input, found.index, found.index + found[0].length, number);
  },
  function changeCase(input, random) {
    const { from, to } = place(input, random);
    const piece = input.toString('latin1', from, to);
    const changed = random.oneIn(2) ? piece.toUpperCase() : piece.toLowerCase();
    return replace(input, from, to, Buffer.from(changed, 'latin1'));
  },
  function moveLine(input, random) {
    return onLines(input, (lines) => {
      const [line = ''] = lines.splice(random.below(lines.length), 1);
      lines.splice(random.below(lines.length + 1), 0, line);
    });
  },
  function repeatLine(input, random) {
    return onLines(input, (lines) => {
      const at = random.below(lines.length);
      lines.splice(at, 0, ...Array<string>(random.between(1, 4)).fill(lines[at] ?? ''));
    });
  },
  function removeLine(input, random) {
    return onLines(input, (lines) => void lines.splice(random.below(lines.length), random.between(1, 3)));
  },
  function changeLineEnd(input, random) {
    return onLines(input, (lines) => {
      const at = random.below(lines.length);
      const line = lines[at] ?? '';
      lines[at] = line.endsWith('\r') ? line.slice(0, -1) : `${line}\r`;
    });
  },
];

/** `input`, changed in one to eight ways. */
export function mutated(input: Buffer, random: Random, words: readonly string[], maxOctets: number): Buffer {
  let result = input;
  for (let rounds = random.between(1, 8); rounds > 0; rounds--) {
    result = random.pick(mutations)(result, random, words, maxOctets).subarray(0, maxOctets);
  }
  return result;
}

/** The beginning of one input and the end of another. */
export function spliced(a: Buffer, b: Buffer, random: Random, maxOctets: number): Buffer {
  const head = a.subarray(0, random.below(a.length + 1));
  return Buffer.concat([head, b.subarray(random.below(b.length + 1))]).subarray(0, maxOctets);
}
