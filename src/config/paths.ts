/** The files of a board. Permanent and disposable data never share one. */
import { join } from 'node:path';
import type { BoardConfig, Config } from './config.ts';

export interface BoardPaths {
  /** the embedded board itself */
  readonly board: string;
  readonly boardKey: string;
  /** Message-IDs of posts made through the bridge, epochs, local accounts */
  readonly permanent: string;
  readonly accountsKey: string;
  /** can be deleted at any time */
  readonly cache: string;
  /** the first editor's secret in hex */
  readonly editorSecret: string;
  /** exists until a start has shown that secret */
  readonly editorUnseen: string;
}

export function pathsOf(config: Pick<Config, 'data' | 'keys'>, { name }: Pick<BoardConfig, 'name'>): BoardPaths {
  const data = (ending: string) => join(config.data, `${name}.${ending}`);
  const key = (ending: string) => join(config.keys, `${name}.${ending}`);
  return {
    board: data('board.sqlite'),
    boardKey: key('board.key'),
    permanent: data('permanent.sqlite'),
    accountsKey: key('accounts.key'),
    cache: data('cache.sqlite'),
    editorSecret: key('editor.secret'),
    editorUnseen: key('editor.unseen'),
  };
}
