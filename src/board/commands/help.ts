import { ascii, octets } from '../../wire/octets.ts';
import { dataAnswer } from '../items.ts';
import { noArguments } from './arguments.ts';
import type { Command } from './command.ts';

const PER_LINE = 5;

/** groggsd's extension, in its layout. */
export const helpOn = (names: () => readonly string[]): Command => ({
  level: 0,
  run(session, args) {
    noArguments(args);
    const all = names();
    let text = ' The commands supported by this server are:\n';
    for (let i = 0; i < all.length; i += PER_LINE) {
      const line = all.slice(i, i + PER_LINE).map((name) => name.padEnd(14));
      text += `    ${line.join('')}`.trimEnd();
      text += '\n';
    }
    session.send(dataAnswer(ascii(text), octets`250 Help information follows ...`));
  },
});
