/** Self-signed certificates with their keys, good until 2126. */
export const tlsFiles = (name: 'first' | 'second') => ({
  certificate: new URL(`../fixtures/tls/${name}.cert.pem`, import.meta.url).pathname,
  key: new URL(`../fixtures/tls/${name}.key.pem`, import.meta.url).pathname,
});
