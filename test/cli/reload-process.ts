/** A service that is told to read its configuration again while it is starting. */
import { writeFileSync } from 'node:fs';
import { runService } from '../../src/cli/run-service.ts';

// As listeners do.
const alive = setInterval(() => {}, 60_000);
const [file = ''] = process.argv.slice(2);
await runService(
  { config: file },
  {
    async start() {
      writeFileSync(file, 'name: new.example\n');
      const noticed = new Promise<void>((resolve) => process.once('SIGHUP', () => setImmediate(resolve)));
      process.kill(process.pid, 'SIGHUP');
      await noticed;
      return {
        parts: { made: undefined },
        reload: ({ name }) => console.log(`now ${name}`),
        close: async () => clearInterval(alive),
      };
    },
    status: () => 'serving',
    greeting: () => 'started\n',
    settled: async () => void process.kill(process.pid, 'SIGTERM'),
  },
);
