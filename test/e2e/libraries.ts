import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packages } from './clients.ts';
import type { LibraryKind } from './library.ts';

const program = (name: string) => new URL(`libraries/${name}`, import.meta.url).pathname;
const certificate = new URL('../fixtures/tls/first.cert.pem', import.meta.url).pathname;

const jar = '/usr/share/java/commons-net.jar';
/** made by javac, and removed by who uses it */
export const classes = join(tmpdir(), `commons-net-${process.pid}`);

export const kinds = (): readonly LibraryKind[] => [
  { name: 'nntplib', needs: '/usr/bin/env', command: ['python3', program('python-nntplib.py')], lacks: [] },
  {
    name: 'Net::NNTP',
    needs: '/usr/share/perl5/IO/Socket/SSL.pm',
    command: ['perl', program('net-nntp.pl')],
    lacks: [],
  },
  {
    name: 'News::NNTPClient',
    needs: '/usr/share/perl5/News/NNTPClient.pm',
    command: ['perl', program('news-nntpclient.pl')],
    lacks: ['nntps', 'starttls'],
  },
  {
    name: 'Net_NNTP',
    needs: '/usr/share/php/Net/NNTP/Client.php',
    command: ['php', '-d', `openssl.cafile=${certificate}`, program('net-nntp.php')],
    lacks: ['starttls'],
  },
  {
    name: 'commons-net',
    needs: jar,
    build: ['javac', '-cp', jar, '-d', classes, program('CommonsNet.java')],
    command: ['java', '-XX:TieredStopAtLevel=1', '-cp', `${jar}:${classes}`, 'CommonsNet'],
    lacks: ['starttls'],
  },
  {
    name: 'newsie',
    needs: `${packages}/node_modules/newsie/package.json`,
    command: ['node', program('newsie.mjs'), packages],
    lacks: [],
  },
  {
    name: 'nntp',
    needs: `${packages}/node_modules/nntp/package.json`,
    command: ['node', program('nntp.mjs'), packages],
    environment: { NODE_EXTRA_CA_CERTS: certificate },
    lacks: ['over', 'references', 'starttls', 'empty'],
  },
];
