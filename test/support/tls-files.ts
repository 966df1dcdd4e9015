const file = (name: string) => new URL(`../fixtures/tls/${name}.pem`, import.meta.url).pathname;

/** Self-signed certificates with their keys, good until 2126. */
export const tlsFiles = (name: 'first' | 'second') => ({ certificate: file(`${name}.cert`), key: file(`${name}.key`) });

/** A certificate of the first key that was valid in 2020. */
export const expiredTlsFiles = { certificate: file('expired.cert'), key: file('first.key') };
