import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmVersion, packages } from './clients.ts';
import type { LibraryKind } from './library.ts';
import { certificate } from './sample-daemon.ts';

const program = (name: string) => new URL(`libraries/${name}`, import.meta.url).pathname;

const jar = '/usr/share/java/commons-net.jar';
/** made by javac, and removed by who uses it */
export const classes = join(tmpdir(), `commons-net-${process.pid}`);

/** The version in what a program prints. */
function printed(program: string, ...args: string[]): string {
  return /[0-9][0-9.]*/.exec(execFileSync(program, args, { encoding: 'utf8' }))?.[0] ?? '';
}

export const kinds = (): readonly LibraryKind[] => [
  {
    name: 'nntplib',
    version: () => printed('python3', '--version'),
    quirks: ['Gone from Python 3.13.'],
    needs: '/usr/bin/env',
    command: ['python3', program('python-nntplib.py')],
    lacks: [],
  },
  {
    name: 'Net::NNTP',
    version: () => printed('perl', '-MNet::NNTP', '-e', 'print $Net::NNTP::VERSION'),
    needs: '/usr/share/perl5/IO/Socket/SSL.pm',
    command: ['perl', program('net-nntp.pl')],
    lacks: [],
  },
  {
    name: 'News::NNTPClient',
    version: () => printed('perl', '-MNews::NNTPClient', '-e', 'print $News::NNTPClient::VERSION'),
    quirks: ['Sends NEWNEWS in local time, with a two-digit year.'],
    needs: '/usr/share/perl5/News/NNTPClient.pm',
    command: ['perl', program('news-nntpclient.pl')],
    lacks: ['nntps', 'starttls'],
  },
  {
    name: 'PEAR Net_NNTP',
    version: 'php-net-nntp',
    quirks: ['Its caller must double the dots of a post.'],
    needs: '/usr/share/php/Net/NNTP/Client.php',
    command: ['php', '-d', `openssl.cafile=${certificate}`, program('net-nntp.php')],
    lacks: ['starttls'],
  },
  {
    name: 'tcllib’s nntp',
    version: 'tcllib',
    quirks: ['Raises a different error for each refusal. Sends NEWNEWS in local time, with a two-digit year.'],
    needs: '/usr/share/tcltk/tcllib1.21/nntp/nntp.tcl',
    command: ['tclsh', program('tcllib.tcl')],
    environment: { LC_ALL: 'C.UTF-8' },
    lacks: ['nntps', 'starttls'],
  },
  {
    name: 'commons-net',
    version: 'libcommons-net-java',
    needs: jar,
    build: ['javac', '-cp', jar, '-d', classes, program('CommonsNet.java')],
    command: ['java', '-XX:TieredStopAtLevel=1', '-cp', `${jar}:${classes}`, 'CommonsNet'],
    lacks: ['starttls'],
  },
  {
    name: 'newsie',
    version: () => npmVersion('newsie'),
    quirks: ['Its COMPRESS is unfinished.'],
    needs: `${packages}/node_modules/newsie/package.json`,
    command: ['node', program('newsie.mjs'), packages],
    lacks: [],
  },
  {
    name: 'nntp',
    version: () => npmVersion('nntp'),
    quirks: [
      'Ends the program at an article with no text. Leaves doubled dots as they are. Cannot send References. Needs streamsearch 0.1.2.',
    ],
    needs: `${packages}/node_modules/nntp/package.json`,
    command: ['node', program('nntp.mjs'), packages],
    environment: { NODE_EXTRA_CA_CERTS: certificate },
    lacks: ['over', 'references', 'starttls', 'empty', 'dots'],
  },
];
