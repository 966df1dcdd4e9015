// Prints what CHANGELOG.md says about a version: `node .ci/release-notes.ts v0.1.0`. Fails where package.json has another
// version, or the section has no date.
import { readFileSync } from 'node:fs';

const top = new URL('../', import.meta.url);

/** `undefined`: there is no dated section. */
export function notesOf(changelog: string, version: string): string | undefined {
  const title = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm').exec(changelog);
  if (title === null) return undefined;
  const rest = changelog.slice(title.index + title[0].length);
  return rest.split(/^## /m)[0]?.trim();
}

if (import.meta.main) {
  const version = process.argv[2]?.replace(/^v/, '') ?? '';
  const { version: ours } = JSON.parse(readFileSync(new URL('package.json', top), 'utf8')) as { version: string }; // ours
  const notes = notesOf(readFileSync(new URL('CHANGELOG.md', top), 'utf8'), version);
  if (version !== ours) console.error(`the tag is for ${version}, package.json for ${ours}`);
  else if (notes === undefined) console.error(`CHANGELOG.md has no section "## [${version}] - date"`);
  if (version !== ours || notes === undefined) process.exitCode = 1;
  else console.log(notes);
}
