/** Whether text can be a userid: octets (RGTP 2.2.3), at most 75, none of them a blank or a control character. */
export function isUserid(text: string): boolean {
  return /^[!-~\u00a0-\u00ff]{1,75}$/.test(text);
}
