/** The README's table of keys. */
import { keys, nameOf } from './walk.ts';

/** Markdown, one row a key, in the order of the schema. */
export function configTable(): string {
  const rows = keys.map((key) => {
    const preset = key.usually ?? (String(key.preset) === '' ? '' : `\`${String(key.preset)}\``);
    const cells = [`\`${nameOf(key.path)}\``, `\`${key.variable}\``, preset, `${key.meaning} (${key.allowed})`];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| Key | Environment | Default | Meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}
