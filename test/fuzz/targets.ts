import type { Target } from './target.ts';
import { balancers } from './targets/balancers.ts';
import { boardLines } from './targets/board-lines.ts';
import { charset } from './targets/charset.ts';
import { configAddress } from './targets/config-address.ts';
import { configEnvironment } from './targets/config-environment.ts';
import { configFile } from './targets/config-file.ts';
import { date } from './targets/date.ts';
import { dots } from './targets/dots.ts';
import { encodedWords } from './targets/encoded-words.ts';
import { headerFields } from './targets/header-fields.ts';
import { httpRequest } from './targets/http-request.ts';
import { identAnswer } from './targets/ident-answer.ts';
import { identQuery } from './targets/ident-query.ts';
import { lineReader } from './targets/line-reader.ts';
import { mailbox } from './targets/mailbox.ts';
import { manifest } from './targets/manifest.ts';
import { messageId } from './targets/message-id.ts';
import { mime } from './targets/mime.ts';
import { nntpCommandLine } from './targets/nntp-command-line.ts';
import { nntpCompress } from './targets/nntp-compress.ts';
import { nntpDateTime } from './targets/nntp-date-time.ts';
import { nntpRange } from './targets/nntp-range.ts';
import { nntpSession } from './targets/nntp-session.ts';
import { nntpWildmat } from './targets/nntp-wildmat.ts';
import { parameters } from './targets/parameters.ts';
import { peerAnswers } from './targets/peer-answers.ts';
import { proxyHeader } from './targets/proxy-header.ts';
import { references } from './targets/references.ts';
import { rgtpClient } from './targets/rgtp-client.ts';
import { rgtpEditLog } from './targets/rgtp-edit-log.ts';
import { rgtpIndexRow } from './targets/rgtp-index-row.ts';
import { rgtpItem } from './targets/rgtp-item.ts';
import { rgtpItemStatus } from './targets/rgtp-item-status.ts';
import { rgtpMotd } from './targets/rgtp-motd.ts';
import { rgtpProof } from './targets/rgtp-proof.ts';
import { rgtpSession } from './targets/rgtp-session.ts';
import { rgtpStatus } from './targets/rgtp-status.ts';
import { rgtpText } from './targets/rgtp-text.ts';
import { saslPlain } from './targets/sasl-plain.ts';
import { spool } from './targets/spool.ts';
import { transfer } from './targets/transfer.ts';
import { udbm } from './targets/udbm.ts';
import { unifiedDiff } from './targets/unified-diff.ts';
import { userDatabase } from './targets/user-database.ts';

/** Everything that reads what others wrote. */
export const targets: readonly Target[] = [
  nntpCommandLine,
  nntpRange,
  nntpWildmat,
  nntpDateTime,
  saslPlain,
  proxyHeader,
  messageId,
  rgtpStatus,
  rgtpIndexRow,
  rgtpItem,
  rgtpItemStatus,
  rgtpEditLog,
  rgtpMotd,
  rgtpProof,
  rgtpText,
  udbm,
  userDatabase,
  unifiedDiff,
  mime,
  headerFields,
  parameters,
  transfer,
  boardLines,
  encodedWords,
  references,
  date,
  mailbox,
  charset,
  lineReader,
  dots,
  configFile,
  configEnvironment,
  configAddress,
  balancers,
  identQuery,
  identAnswer,
  spool,
  manifest,
  nntpSession,
  nntpCompress,
  rgtpSession,
  rgtpClient,
  peerAnswers,
  httpRequest,
];
