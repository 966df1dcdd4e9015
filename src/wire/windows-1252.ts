/**
 * The meaning of octets 0x80–0x9F in windows-1252. Nobody means the C1 controls that ISO 8859-1 has there; the five
 * octets that windows-1252 leaves undefined stay controls.
 */
const C1 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

const OCTETS = new Map(Array.from(C1, (character, i) => [character, String.fromCharCode(0x80 + i)]));

/** The character that windows-1252 has at the octet of a C1 control (U+0080–U+009F). */
export function fromC1(control: string): string {
  return C1.charAt(control.charCodeAt(0) - 0x80);
}

/** The octet 0x80–0x9F of this character in windows-1252, if there is one. */
export function toC1(character: string): string | undefined {
  return OCTETS.get(character);
}
