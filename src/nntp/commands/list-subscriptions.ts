import { listing } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import { Wildmat } from '../syntax/wildmat.ts';
import { listCommand } from './list-keyword.ts';

/** RFC 6048 §2.6: newsgroups recommended to new readers, in LIST's order. */
export const listSubscriptions = listCommand('SUBSCRIPTIONS', '[wildmat]', [0, 1], ({ shared, reader }, [pattern]) => {
  const wildmat = pattern === undefined ? undefined : Wildmat.parse(pattern);
  if (pattern !== undefined && !wildmat) return status.syntax;
  const recommended = Wildmat.parse(shared.lists.subscriptions);
  const names = reader.newsgroups().map(({ name }) => name);
  return listing(
    status.list,
    names.filter((name) => (recommended?.matches(name) ?? true) && (wildmat?.matches(name) ?? true)),
  );
});
