import { mkdirSync } from 'node:fs';
import type { Person } from './person.ts';

const FLAGS = {
  'get-new-headers-on-startup': true,
  'single-click-activates-group': true,
  'single-click-activates-article': true,
  'highlight-urls': false,
};

/** Settings for Pan, so that it asks nothing: one server without a login, its newsgroups subscribed. */
export function panHome(person: Person, port: number, newsgroups: readonly string[]): Record<string, string> {
  mkdirSync(`${person.home}/.pan2`);
  const newsrc = person.write('.pan2/newsrc-1', newsgroups.map((name) => `${name}: \n`).join(''));
  person.write(
    '.pan2/servers.xml',
    `<server-properties>
  <server id="1">
    <host>127.0.0.1</host><port>${port}</port><username></username><password></password>
    <expiration-days>0</expiration-days><connection-limit>2</connection-limit><newsrc>${newsrc}</newsrc>
    <rank>1</rank><use-ssl>0</use-ssl><trust>0</trust><compression-type>0</compression-type><cert></cert>
  </server>
</server-properties>
`,
  );
  const flags = Object.entries(FLAGS).map(([name, value]) => `<flag name='${name}' value='${value}'/>`);
  person.write('.pan2/preferences.xml', `<preferences>\n${flags.join('\n')}\n</preferences>\n`);
  return { HOME: person.home };
}
