/**
 * A smaller input that fails as well: pieces are left out, halves first and single octets last, then what is left
 * becomes as plain as it can.
 *
 * @param fails whether an input fails in the same way
 * @param attempts most inputs tried
 */
export async function shrunk(
  input: Buffer,
  fails: (input: Buffer) => boolean | Promise<boolean>,
  attempts: number,
): Promise<Buffer> {
  let smallest = input;
  let left = attempts;
  const tries = async (candidate: Buffer): Promise<boolean> => {
    if (left-- <= 0 || !(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  for (let size = Math.ceil(input.length / 2); size >= 1 && left > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length && left > 0; ) {
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (!(await tries(without))) at += size;
    }
  }
  const plain = 'a'.charCodeAt(0);
  for (let at = 0; at < smallest.length && left > 0; at++) {
    if (smallest[at] === plain) continue;
    const simpler = Buffer.from(smallest);
    simpler[at] = plain;
    await tries(simpler);
  }
  return smallest;
}
