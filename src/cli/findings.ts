/** Findings of `check` and `doctor`, one line each. */
import type { Finding } from '../server/doctor/finding.ts';

/** Prints them as they come. Returns how many failed. */
export async function printFindings(findings: AsyncIterable<Finding>): Promise<number> {
  let failed = 0;
  for await (const { result, what, remedy } of findings) {
    process.stdout.write(`${result.padEnd(4)}  ${what}\n${remedy === undefined ? '' : `      → ${remedy}\n`}`);
    if (result === 'fail') failed++;
  }
  return failed;
}
