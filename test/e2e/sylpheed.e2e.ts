import { describe } from 'vitest';
import { accessibility } from './accessible.ts';
import { present } from './clients.ts';
import { known } from './known.ts';
import { tries } from './sylph-scenario.ts';
import { Sylpheed } from './sylpheed.ts';

const gtk2 = '/usr/lib/x86_64-linux-gnu/gtk-2.0/modules/libatk-bridge.so';

describe.skipIf(!present('Sylpheed', 'sylpheed', 'xdotool', gtk2, ...accessibility))('Sylpheed', () => {
  const client = known({
    name: 'Sylpheed',
    kind: 'graphical',
    version: 'sylpheed',
    quirks: [
      'Asks for a password before it reads if its settings name a user, and again at each connection unless they have it.',
      'Fails once after the server was restarted, unless it is taken offline and online again.',
      'Can’t cancel.',
      'Has no STARTTLS and no COMPRESS for news.',
    ],
  });
  tries(client, { name: 'Sylpheed', of: (person, screen, account) => new Sylpheed(person, screen, account) });
});
