import { describe } from 'vitest';
import { accessibility } from './accessible.ts';
import { ClawsMail } from './claws-mail.ts';
import { present } from './clients.ts';
import { known } from './known.ts';
import { tries } from './sylph-scenario.ts';

describe.skipIf(!present('Claws Mail', 'claws-mail', 'xdotool', ...accessibility))('Claws Mail', () => {
  const client = known({
    name: 'Claws Mail',
    kind: 'graphical',
    version: 'claws-mail',
    quirks: [
      'Asks for a password before it reads if its settings name a user.',
      'Takes a minute to notice that the server was restarted; none if it is taken offline and online again.',
      'Says only in its log why an article was not cancelled.',
      'Has no STARTTLS and no COMPRESS for news.',
    ],
  });
  tries(client, {
    name: 'Claws Mail',
    of: (person, screen, account) => new ClawsMail(person, screen, account),
    cancelling: {
      cancel: (claws) => claws.cancel(),
      isTold: (claws, why) => claws.logs(why),
    },
  });
});
