import { mkdirSync } from 'node:fs';
import type { Person } from './person.ts';

const FLAGS = {
  'get-new-headers-on-startup': true,
  'single-click-activates-group': true,
  'single-click-activates-article': true,
  'highlight-urls': false,
  'mute-quoted-text': false,
  'show-article-sig': true,
  'show-text-markup': false,
  'show-smilies-as-graphics': false,
};

interface PanAccount {
  readonly name: string;
  readonly signature: string;
  /** `port` speaks NNTPS; its certificate is taken as it is */
  readonly tls?: boolean;
}

/** Settings for Pan, so that it asks nothing: one server, its newsgroups subscribed; with an account, a login and a posting profile. */
export function panHome(
  person: Person,
  port: number,
  newsgroups: readonly string[],
  account?: PanAccount,
): Record<string, string> {
  mkdirSync(`${person.home}/.pan2`);
  const [userid, secret] = account === undefined ? ['', ''] : [person.userid, person.secret];
  if (account !== undefined) {
    const signature = person.write('.signature', `${account.signature}\n`);
    person.write(
      '.pan2/posting.xml',
      `<posting><profiles><profile name="Ann">
<username>${account.name}</username><address>${person.userid}</address><server>1</server>
<signature-file active="true" type="file">${signature}</signature-file><attribution>%n wrote:</attribution>
</profile></profiles></posting>
`,
    );
  }
  const tls = account?.tls ? 1 : 0;
  const newsrc = person.write('.pan2/newsrc-1', newsgroups.map((name) => `${name}: \n`).join(''));
  person.write(
    '.pan2/servers.xml',
    `<server-properties>
  <server id="1">
    <host>127.0.0.1</host><port>${port}</port><username>${userid}</username><password>${secret}</password>
    <expire-articles-n-days-old>0</expire-articles-n-days-old><connection-limit>2</connection-limit><newsrc>${newsrc}</newsrc>
    <rank>1</rank><use-ssl>${tls}</use-ssl><trust>${tls}</trust><compression-type>0</compression-type><cert></cert>
  </server>
</server-properties>
`,
  );
  const flags = Object.entries(FLAGS).map(([name, value]) => `<flag name='${name}' value='${value}'/>`);
  person.write('.pan2/preferences.xml', `<preferences>\n${flags.join('\n')}\n</preferences>\n`);
  return { HOME: person.home };
}
