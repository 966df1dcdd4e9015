import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from './terminal.ts';

/** Where `.ci/clients.sh` puts what it does not install. */
const folder = new URL('../../node_modules/.clients/', import.meta.url).pathname;

/** Packages of npm that are no dependencies of ours. */
export const packages = `${folder}npm`;

/** The files of Debian packages that are unpacked, not installed: servers, which would start by themselves. */
export const unpackedPackages = `${folder}debian`;

/** A file of them. */
export const unpacked = (path: string): string => join(unpackedPackages, path);

/** Whether a client and what it needs are here; if not, a line says so. In CI everything is, or its tests fail. */
export function present(name: string, ...needs: string[]): boolean {
  if (process.env['CI'] !== undefined) return true;
  const missing = needs.find((need) => (need.includes('/') ? !existsSync(need) : !hasPrograms(need)));
  if (missing !== undefined) console.log(`${name} is skipped: no ${missing} (.ci/clients.sh brings it, as root)`);
  return missing === undefined;
}
