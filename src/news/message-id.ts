import { hex32 } from '../wire/hex.ts';

/**
 * Message-IDs derived from the board's data alone: every bridge to the same board derives the same ones, and each id
 * contains what it names, so a look-up needs no table.
 */

/** What a derived Message-ID names. `epoch` is the numbering epoch, from 1. */
export type DerivedId =
  | {
      readonly kind: 'post' | 'edit' | 'withdrawal';
      readonly itemId: string;
      readonly sequence: number;
      readonly epoch: number;
    }
  | { readonly kind: 'motd' | 'index-edit'; readonly sequence: number; readonly epoch: number }
  /** a post after an edit, for peers; `edit`: the article number of the edit */
  | {
      readonly kind: 'revision';
      readonly itemId: string;
      readonly sequence: number;
      readonly epoch: number;
      readonly edit: number;
    };

/** RFC 5536 §3.1.3: octets, angle brackets included. */
const MAX_MESSAGE_ID = 250;

const DOT_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*";
/** RFC 5536 §3.1.3: msg-id-core; a literal may hold anything printable but brackets, backslash and `>`. */
const MESSAGE_ID = new RegExp(`^<${DOT_ATOM}@(?:${DOT_ATOM}|\\[[!-=?-Z^-~]*\\])>$`);
const DERIVED =
  /^<(?:([A-Z][0-9]{7})|(motd|index))\.([0-9A-F]{8})(\.edit|\.withdrawn|\.r[0-9A-F]{8})?(?:\.e([1-9][0-9]{0,4}))?@([^@>]+)>$/;
const DOMAIN = new RegExp(`^${DOT_ATOM}$`);

/** Whether this is a valid Message-ID (RFC 5536 §3.1.3), brackets and length included. */
export function isMessageId(text: string): boolean {
  return text.length <= MAX_MESSAGE_ID && MESSAGE_ID.test(text);
}

/** Whether derived Message-IDs may end in this domain. Leaves room for the part before the `@`. */
export function isMessageIdDomain(text: string): boolean {
  return text.length <= MAX_MESSAGE_ID - 50 && DOMAIN.test(text);
}

export function formatDerivedId(id: DerivedId, domain: string): string {
  const sequence = hex32(id.sequence);
  const epoch = id.epoch === 1 ? '' : `.e${id.epoch}`;
  switch (id.kind) {
    case 'post':
      return `<${id.itemId}.${sequence}${epoch}@${domain}>`;
    case 'edit':
      return `<${id.itemId}.${sequence}.edit${epoch}@${domain}>`;
    case 'withdrawal':
      return `<${id.itemId}.${sequence}.withdrawn${epoch}@${domain}>`;
    case 'revision':
      return `<${id.itemId}.${sequence}.r${hex32(id.edit)}${epoch}@${domain}>`;
    case 'motd':
      return `<motd.${sequence}${epoch}@${domain}>`;
    case 'index-edit':
      return `<index.${sequence}${epoch}@${domain}>`;
  }
}

/** `undefined`: not one of ours, or of another domain. */
export function parseDerivedId(messageId: string, domain: string): DerivedId | undefined {
  const match = DERIVED.exec(messageId);
  if (match === null || match[6] !== domain) return undefined;
  const [, itemId, name, hex = '', suffix] = match;
  const sequence = Number.parseInt(hex, 16);
  const epoch = Number(match[5] ?? 1);
  if (match[5] === '1') return undefined;
  if (itemId !== undefined) {
    if (suffix?.startsWith('.r')) {
      return { kind: 'revision', itemId, sequence, epoch, edit: Number.parseInt(suffix.slice(2), 16) };
    }
    const kind = suffix === undefined ? 'post' : suffix === '.edit' ? 'edit' : 'withdrawal';
    return { kind, itemId, sequence, epoch };
  }
  if (suffix !== undefined) return undefined;
  return { kind: name === 'motd' ? 'motd' : 'index-edit', sequence, epoch };
}
