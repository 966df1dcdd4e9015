const SHORTEST = 3;
const LONGEST = 250;

/** RFC 3977 §3.6: `<`, up to 248 printable ASCII octets without `>`, `>`. */
export function isMessageId(text: string): boolean {
  const last = text.length - 1;
  if (text.length < SHORTEST || text.length > LONGEST || text[0] !== '<' || text[last] !== '>') return false;
  for (let i = 1; i < last; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x21 || code > 0x7e || code === 0x3e) return false;
  }
  return true;
}
