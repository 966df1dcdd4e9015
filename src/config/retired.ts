/** Keys of earlier versions. They are refused, like other mistakes, with a pointer to what replaces them. */
const RETIRED: Readonly<Record<string, string>> = {
  'cache.articles': 'cache.memory now bounds texts, articles and overview lines together',
  'cache.overviews': 'cache.memory now bounds texts, articles and overview lines together',
  'boards[n].cache.memory': 'cache.memory now bounds this for all boards together',
};

/** What became of a key, to be shown after its name; `undefined`: there never was such a key. */
export function retired(name: string): string | undefined {
  const key = name.replace(/\[\d+\]/, '[n]');
  // A key may be called `constructor`.
  const instead = Object.hasOwn(RETIRED, key) ? RETIRED[key] : undefined;
  return instead && `is no longer a setting: ${instead}; remove it`;
}
