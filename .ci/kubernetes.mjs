// Checks docker/kubernetes against the schemas of Kubernetes, which .ci/clients.sh has put into node_modules/.clients.
// They allow any key, as a server does that ignores what it does not know; here a key that no schema reads is a mistake.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const models = join(root, 'node_modules/.clients/npm/node_modules/kubernetes-models');
const folder = join(root, 'docker/kubernetes');
const TOP = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'data', 'stringData', 'type', 'immutable']);

/** `value`, whose keys that are read get into `read`, and all others into what `unread` returns. */
function watched(value) {
  const read = new Set();
  const keys = [];
  const wrap = (inner, path) => {
    if (typeof inner !== 'object' || inner === null) return inner;
    const wrapped = Object.fromEntries(Object.entries(inner).map(([key, one]) => [key, wrap(one, `${path}/${key}`)]));
    if (!Array.isArray(inner)) keys.push(...Object.keys(inner).map((key) => `${path}/${key}`));
    const target = Array.isArray(inner) ? Object.values(wrapped) : wrapped;
    return new Proxy(target, {
      get(object, key, receiver) {
        if (typeof key === 'string') read.add(`${path}/${key}`);
        return Reflect.get(object, key, receiver);
      },
    });
  };
  return { value: wrap(value, ''), unread: () => keys.filter((key) => !read.has(key)) };
}

async function mistakesOf(document) {
  const { apiVersion, kind } = document;
  const file = join(models, `${apiVersion}`, `${kind}.js`);
  if (!/^[\w./-]+$/.test(`${apiVersion}/${kind}`) || !existsSync(file)) return [`there is no ${apiVersion} ${kind}`];
  const { [kind]: Model } = await import(file);
  const { value, unread } = watched(document);
  try {
    // Its constructor would read everything.
    Object.assign(new Model({}), value).validate();
  } catch (error) {
    return [error.message];
  }
  const strange = Object.keys(document).filter((key) => !TOP.has(key));
  return [...unread().map((key) => key.slice(1)), ...strange].map((key) => `no key of a ${kind}: ${key}`);
}

// A checker that finds nothing would look fine.
const wrong = (container) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'x' },
  spec: { serviceName: 'x', selector: {}, template: { spec: { containers: [{ name: 'x', ...container }] } } },
});
for (const container of [{ ports: [{ containerPort: 'x' }] }, { securityContxt: {} }]) {
  if ((await mistakesOf(wrong(container))).length !== 1)
    throw new Error('the schemas find no mistake in a wrong manifest');
}
if ((await mistakesOf(wrong({}))).length > 0)
  throw new Error(`the schemas find a mistake in a right manifest: ${await mistakesOf(wrong({}))}`);

for (const name of readdirSync(folder)) {
  const documents = parseAllDocuments(readFileSync(join(folder, name), 'utf8'), { merge: true });
  const found = documents.flatMap(({ errors }) => errors.map(({ message }) => message));
  if (found.length === 0) for (const document of documents) found.push(...(await mistakesOf(document.toJS())));
  for (const message of found) console.error(`${name}: ${message}`);
  if (found.length > 0) process.exitCode = 1;
  else console.log(`${name}: ${documents.length} objects, fine`);
}
