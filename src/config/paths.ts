/** Where things are kept: permanent and disposable data never share a file. */
import { join } from 'node:path';
import type { BoardConfig, Config } from './config.ts';

export interface BoardPaths {
  /** the embedded board itself */
  readonly board: string;
  readonly boardKey: string;
  /** ids of posts made through the bridge, epochs, accounts */
  readonly permanent: string;
  readonly accountsKey: string;
  /** may be deleted at any time */
  readonly cache: string;
  /** the editor's secret in hex, written at the first start */
  readonly editorSecret: string;
}

/** The files of one board. */
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
  };
}
