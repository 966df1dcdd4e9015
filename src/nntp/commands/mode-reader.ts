import type { Command } from './command.ts';

/** RFC 3977 §5.3. Every client is a reader here; the answer says whether it may post now or after a login. */
export const modeReader: Command = {
  head: 'MODE READER',
  syntax: '',
  words: [0, 0],
  needs: 'nothing',
  run: (client) => client.readiness(),
  capability(_session, report) {
    report.push('READER');
  },
};
