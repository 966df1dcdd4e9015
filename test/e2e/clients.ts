import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasPrograms } from './terminal.ts';

/** Where `.ci/clients.sh` puts what it does not install. */
const folder = new URL('../../node_modules/.clients/', import.meta.url).pathname;

/** npm packages that are not dependencies of ours. */
export const packages = `${folder}npm`;

/** The files of Debian packages that are unpacked, not installed: servers, which would start by themselves. */
export const unpackedPackages = `${folder}debian`;

/** A file of these packages. */
export const unpacked = (path: string): string => join(unpackedPackages, path);

/** Upstream's version of an unpacked package. */
export function unpackedVersion(name: string): string {
  const file = readdirSync(`${folder}packages`).find((each) => each.startsWith(`${name}_`)) ?? '';
  return /_(?:\d+%3a)?([^_+~-]+)/.exec(file)?.[1] ?? '';
}

/** The version of a package of npm. */
export function npmVersion(name: string): string {
  const file = readFileSync(`${packages}/node_modules/${name}/package.json`, 'utf8');
  return /"version": *"([^"]+)"/.exec(file)?.[1] ?? '';
}

/** @param need a path, a program, or `root` */
function isHere(need: string): boolean {
  if (need === 'root') return process.getuid?.() === 0;
  return need.includes('/') ? existsSync(need) : hasPrograms(need);
}

/** Whether a client and what it needs are here; if not, a line says so. In CI everything is, or its tests fail. */
export function present(name: string, ...needs: string[]): boolean {
  if (process.env['CI'] !== undefined) return true;
  const missing = needs.find((need) => !isHere(need));
  if (missing !== undefined) console.log(`${name} is skipped: no ${missing} (.ci/clients.sh brings it, as root)`);
  return missing === undefined;
}
