import fc from 'fast-check';

/**
 * Generated input is the same in every run: a change is judged by what it does, not by chance. `SEED=7 npm test` tries
 * other cases.
 */
fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 20261127) });
