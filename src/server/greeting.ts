/** What the person who starts the server sees. */
import { hostname } from 'node:os';
import type { BoardService } from './board-service.ts';
import type { NewBoard } from './editor-secret.ts';
import { invocation } from './invocation.ts';
import type { HostPort } from './listening.ts';
import type { Service } from './service.ts';

/**
 * The editor's account, shown once. A journal or a container's log would keep the secret, so anywhere but on a terminal
 * this names the file with the secret instead.
 *
 * @param config the value of `--config`
 */
export function welcomeEditor(
  { userid, secret, file }: NewBoard,
  onTerminal: boolean,
  config: string | undefined,
): string {
  const run = (command: string) => invocation(command, config);
  return `
A new board has been created. Its editor may post, edit, and add users:
  userid  ${userid}
  secret  ${onTerminal ? secret : '(not shown: this is not a terminal)'}
Log in with these as user name and password. The secret is kept in ${file}; only a terminal shows it, once.
If you lose it, make a new one with: ${run(`board user secret ${userid}`)}
Add people with: ${run('board user add ann@example.org')}

`;
}

/** How to reach a board that is served alone. */
export function boardGreeting({ parts: { board, statusAddress } }: BoardService): string {
  const { host, port } = board.address;
  const lines = [`Listening for RGTP clients on ${host} port ${port}.`];
  if (statusAddress !== undefined) lines.push(`Status page: http://${inUrl(statusAddress)}/`);
  return `${lines.join('\n')}\n`;
}

/** How to reach the server. */
export function greeting({ parts: { boards, news, boardAddress, statusAddress } }: Service): string {
  const lines = [`Serving ${boards.newsgroups.join(', ')}.`];
  for (const { tls, ...place } of news.server.addresses) {
    lines.push(`Point your newsreader at ${reachable(place)}${tls ? ' (TLS)' : ''}.`);
  }
  if (news.fellBack) lines.push('(It is port 1119 because 119 needs privileges that this process does not have.)');
  if (boardAddress !== undefined)
    lines.push(`RGTP clients: ${reachable(boardAddress)}${boardAddress.scheme === 'rgtps' ? ' (TLS)' : ''}.`);
  if (statusAddress !== undefined) lines.push(`Status page: http://${inUrl(statusAddress)}/`);
  return `${lines.join('\n')}\n`;
}

function reachable({ host, port }: HostPort): string {
  if (host !== '::' && host !== '0.0.0.0') return `${host} port ${port}`;
  return `localhost port ${port} (from elsewhere: ${hostname()} port ${port})`;
}

function inUrl({ host, port }: HostPort): string {
  if (host === '::' || host === '0.0.0.0') return `localhost:${port}`;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
