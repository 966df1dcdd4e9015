import { listing } from '../syntax/answer.ts';
import { status } from '../syntax/status.ts';
import { listCommand } from './list-keyword.ts';

const FORMS: ReadonlySet<string> = new Set(['MSGID', 'RANGE']);

/** RFC 3977 §8.6: HDR serves every header (`:`) and these two metadata items, by range and by message-id alike. */
export const listHeaders = listCommand('HEADERS', '[MSGID | RANGE]', [0, 1], (_session, [form]) =>
  form === undefined || FORMS.has(form.toUpperCase()) ? listing(status.list, [':', ':bytes', ':lines']) : status.syntax,
);
