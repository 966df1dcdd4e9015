import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { configTable } from '../../src/config/table.ts';
import { keys } from '../../src/config/walk.ts';

describe('the keys', () => {
  it('each have a default, a variable of their own, and a meaning', () => {
    expect(keys.length).toBeGreaterThan(60);
    expect(new Set(keys.map((key) => key.variable)).size).toBe(keys.length);
    for (const key of keys) {
      expect(key.meaning, key.variable).not.toBe('');
      expect(key.preset ?? key.usually, key.variable).toBeDefined();
    }
  });

  it('can each be set from the environment to its default', () => {
    const environment = Object.fromEntries(
      keys
        .filter((key) => key.preset !== undefined && String(key.preset) !== '')
        .map((key) => [key.variable.replace('_n_', '_0_'), String(key.preset)]),
    );
    expect(loadConfig({ environment })).toEqual(loadConfig({}));
  });

  it('are a row each in the table', () => {
    const lines = configTable().trimEnd().split('\n');
    expect(lines).toHaveLength(keys.length + 2);
    expect(configTable()).toContain(
      '| `boards[n].posting` | `RGTP_NNTP_BOARDS_n_POSTING` | `true` | Whether anyone can post through the bridge (true or false) |',
    );
    for (const row of lines) expect(row.split(/(?<!\\)\|/), row).toHaveLength(6);
  });
});
