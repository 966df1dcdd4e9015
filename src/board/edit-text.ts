/** The form of DATA during an edit (RGTP 2.2.10). */
import { type Octets, octets, trimmed } from '../wire/octets.ts';
import { ErrorResponse } from './error-response.ts';
import { ROW_OCTETS } from './index-log.ts';
import { KeptRows } from './kept-rows.ts';
import { limits } from './limits.ts';
import type { TextRules } from './text.ts';

/**
 * octets: an edit may make an item larger than a reply could (RGTP 2.2.18), within reason; an item that is larger
 * already may not grow
 */
const LARGEST_ITEM = 80_000;
const ROWS_ADDED = 1000;
/** octets of a malformed row that groggsd quotes */
const QUOTED = 178;

/**
 * A whole item: carets are doubled, cookies are not. A line that the item already has may be longer than a poster's:
 * a doubled caret or a continuation mark can take it past the limit.
 */
export function itemRules(current: Octets): TextRules {
  const known = new Set(current.split('\n'));
  return {
    prompt: octets`item status (ignored) and updated contents`,
    maxOctets: Math.max(current.length, LARGEST_ITEM),
    grogname: true,
    line(line) {
      if (known.has(line)) return line;
      if (line.length > limits.textLine + Number(line.startsWith('^^'))) {
        throw new ErrorResponse(423, octets`Line too long for text of item.`);
      }
      if (/^\^(?!\^|[0-9A-Fa-f]{8} [0-9A-Fa-f]{8}$)/.test(line)) {
        throw new ErrorResponse(423, octets`Line starts with a caret that is neither doubled nor a magic cookie.`);
      }
      return line;
    },
  };
}

/** The whole index. Rows may lack their trailing blanks. @param rows the most that the index can have */
export function indexRules(rows: number): TextRules {
  return {
    prompt: octets`updated index`,
    maxOctets: (rows + ROWS_ADDED) * (ROW_OCTETS + 1),
    grogname: false,
    line(line) {
      const row = line.padEnd(ROW_OCTETS);
      const wrong = faultOf(row);
      if (wrong !== undefined) {
        throw new ErrorResponse(423, octets`Malformed index entry \`${row.slice(0, QUOTED)}': ${wrong}.`);
      }
      return row;
    },
    lines: () => new KeptRows(),
  };
}

/** What is wrong with a row, in groggsd's words. */
function faultOf(row: Octets): Octets | undefined {
  if (row.length > ROW_OCTETS) return octets`line too long`;
  if (!/^[0-9A-Fa-f]{8}/.test(row)) return octets`gsn format`;
  if (row[8] !== ' ') return octets`space after gsn`;
  if (!/^[0-9A-Fa-f]{8}/.test(row.slice(9))) return octets`date format`;
  if (row[17] !== ' ') return octets`space after date`;
  const type = row.charAt(103);
  if (!'RICFEM'.includes(type)) return octets`RICFEM character`;
  if (row[102] !== ' ') return octets`space after userid`;
  if (row[104] !== ' ') return octets`space after RICFEM`;
  if (type === 'M') return trimmed(row.slice(18, 27)) === '' ? undefined : octets`itemid blank in M`;
  if (!/^[A-Za-z]/.test(row.slice(18))) return octets`itemid letter`;
  if (!/^[0-9]{7}/.test(row.slice(19))) return octets`itemid digits`;
  return row[26] === ' ' ? undefined : octets`space after itemid`;
}
