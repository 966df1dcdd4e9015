import { mkdirSync } from 'node:fs';
import type { Person } from './person.ts';

export interface EvolutionAccount {
  readonly port: number;
  readonly name: string;
  readonly signature: string;
  readonly security?: 'none' | 'ssl-on-alternate-port' | 'starttls-on-standard-port';
}

/** In groups, by path: large windows, plain text, nothing asked. Without `always-online` it wants a default route. */
const SETTINGS = {
  'org/gnome/evolution-data-server': { 'network-monitor-gio-name': 'always-online' },
  'org/gnome/evolution/shell/window': { width: 1090, height: 700, x: 0, y: 0, maximized: false },
  'org/gnome/evolution/mail/browser-window': { width: 1090, height: 700, x: 0, y: 0, maximized: false },
  'org/gnome/evolution/mail': {
    'composer-mode': 'plain-text',
    'composer-inline-spelling': false,
    'composer-magic-links': false,
    'composer-wrap-quoted-text-in-replies': false,
    'mark-seen': false,
    'prompt-on-composer-mode-switch': false,
    'prompt-on-mark-all-read': false,
    'show-to-do-bar': false,
  },
};

type Group = Readonly<Record<string, string | number | boolean>>;

/** Settings with one news account, which has subscribed to nothing. No password is saved in them: that needs a keyring. */
export function evolutionHome(person: Person, account: EvolutionAccount): Record<string, string> {
  const { home } = person;
  const folders = ['.config/evolution/sources', '.config/evolution/signatures', '.config/glib-2.0/settings'];
  // Those of the web view: without them it is not let out of its sandbox.
  const plugins = ['preview-plugins', 'webkit-editor-plugins'].map((name) => `.local/share/evolution/${name}`);
  for (const folder of [...folders, ...plugins]) mkdirSync(`${home}/${folder}`, { recursive: true });
  write('.config/glib-2.0/settings/keyfile', SETTINGS, quote);
  source('board', 'Board', '', {
    Authentication: { Host: '127.0.0.1', Port: account.port, User: person.userid, Method: '', RememberPassword: false },
    Security: { Method: account.security ?? 'none' },
    'Mail Account': { BackendName: 'nntp', IdentityUid: 'identity' },
    Refresh: { Enabled: false },
  });
  source('identity', account.name, 'board', {
    'Mail Identity': { Name: account.name, Address: person.userid, SignatureUid: 'signature' },
    'Mail Composition': { ReplyStyle: 'quoted' },
    'Mail Submission': { TransportUid: 'transport', SentFolder: '' },
  });
  // It offers to post only to people who could also send mail.
  source('transport', 'Mail', 'board', {
    'Mail Transport': { BackendName: 'sendmail' },
    'Sendmail Backend': { UseCustomBinary: true, CustomBinary: '/bin/false' },
  });
  source('signature', 'Signature', '', { 'Mail Signature': { MimeType: 'text/plain' } });
  person.write('.config/evolution/signatures/signature', `${account.signature}\n`);
  return {
    HOME: home,
    XDG_CONFIG_HOME: `${home}/.config`,
    XDG_DATA_HOME: `${home}/.local/share`,
    XDG_CACHE_HOME: `${home}/.cache`,
    GSETTINGS_BACKEND: 'keyfile',
    LIBGL_ALWAYS_SOFTWARE: '1',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    // A container may forbid the namespaces that its sandbox is made of.
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  };

  function source(uid: string, name: string, parent: string, groups: Readonly<Record<string, Group>>): void {
    const head = { DisplayName: name, Enabled: true, Parent: parent };
    write(`.config/evolution/sources/${uid}.source`, { 'Data Source': head, ...groups }, String);
  }

  function write(
    file: string,
    groups: Readonly<Record<string, Group>>,
    show: (value: string | number | boolean) => string,
  ): void {
    const texts = Object.entries(groups).map(([title, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key}=${show(value)}\n`);
      return `[${title}]\n${lines.join('')}`;
    });
    person.write(file, texts.join('\n'));
  }
}

const quote = (value: string | number | boolean): string => (typeof value === 'string' ? `'${value}'` : String(value));
