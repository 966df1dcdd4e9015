import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dialogue } from '../board/dialogue.ts';
import { LineStream } from '../support/line-stream.ts';
import { present, unpacked } from './clients.ts';
import type { Daemon } from './daemon.ts';
import { sampleBoard } from './sample-board.ts';
import { newsgroup, remoteDaemon, sampleDaemon } from './sample-daemon.ts';
import { Unpacked } from './unpacked.ts';
import { until } from './until.ts';

const ann = 'ann@rgtp.test';
/** An address of this machine that only oidentd listens on. Ident has one port, which needs root: 113. */
const CALLER = '127.0.0.2';

/** RFC 1413 with software that is not ours. */
describe.skipIf(!present('ident', '/usr/share/perl5/Net/Ident.pm', unpacked('usr/sbin/oidentd')))('ident', () => {
  let board: Daemon;
  let rgtp: number;
  beforeAll(async () => {
    ({ daemon: board, rgtp } = await sampleDaemon({ ident: { lookUp: true } }));
  });
  afterAll(() => board[Symbol.asyncDispose]());

  describe("the responder, asked by perl's Net::Ident", () => {
    /** the bridge's connections, as the machine of a board sees them */
    const connections: Socket[] = [];
    let inFront: Server;
    let bridge: Daemon;
    beforeAll(async () => {
      inFront = createServer((socket) => {
        const onward = connect(rgtp, '127.0.0.1');
        for (const end of [socket, onward]) end.on('error', () => {});
        socket.pipe(onward).pipe(socket);
        connections.push(socket);
      }).listen(0, '127.0.0.1');
      await once(inFront, 'listening');
      const address = inFront.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      bridge = await remoteDaemon(address.port, { ident: { responder: 'ident://127.0.0.1:113' } });
    });
    afterAll(async () => {
      await bridge[Symbol.asyncDispose]();
      inFront.close();
    });

    async function asked({ localPort, remotePort }: Socket): Promise<string> {
      const script = `use Net::Ident; use Socket; my ($ours, $theirs) = @ARGV; my $host = inet_aton('127.0.0.1');
        my $ident = Net::Ident->newFromInAddr(pack_sockaddr_in($ours, $host), pack_sockaddr_in($theirs, $host), 30);
        my ($user, $system, $error) = $ident->username; print $user // "($error)";`;
      const args = ['-e', script, String(localPort), String(remotePort)];
      return (await promisify(execFile)('perl', args)).stdout;
    }

    it('who posts is named, at their own connection alone', async () => {
      const before = connections.length;
      const news = await bridge.client();
      expect(await news.login(ann, sampleBoard.users[ann] ?? '')).toMatch(/^281/);
      const headers = [`From: Ann <${ann}>`, `Newsgroups: ${newsgroup}`, 'Subject: Ident'];
      expect(await news.post([...headers, '', 'Who am I?'])).toMatch(/^240/);
      const namesOf = (sockets: readonly Socket[]) =>
        Promise.all(sockets.filter(({ destroyed }) => !destroyed).map(asked));
      expect(await namesOf(connections.slice(before))).toContain(ann);
      // The connections that existed before read for everybody, so they belong to nobody.
      const others = await namesOf(connections.slice(0, before));
      expect(others.length).toBeGreaterThan(0);
      expect(others).not.toContain(ann);
      news.quit();
    });
  });

  describe('the look-up, answered by oidentd', () => {
    let world: Unpacked;
    let oidentd: ChildProcess;
    let said = '';
    beforeAll(async () => {
      world = new Unpacked();
      const [program, args] = world.inside('oidentd', '-a', CALLER, '-p', '113', '-i', '-S', '-d', '-e');
      oidentd = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [oidentd.stdout, oidentd.stderr]) stream?.on('data', (text) => (said += text));
      await until(
        () =>
          new Promise<boolean>((resolve) => {
            if (oidentd.exitCode !== null) throw new Error(`oidentd ended: ${said}`);
            const socket = connect({ port: 113, host: CALLER }, () => resolve(true)).on('error', () => resolve(false));
            socket.on('connect', () => socket.destroy());
          }),
        () => `oidentd to listen: ${said}`,
      );
    });
    afterAll(async () => {
      const ended = once(oidentd, 'exit');
      if (oidentd.exitCode === null && oidentd.kill('SIGKILL')) await ended;
      world[Symbol.dispose]();
    });

    const caller = async (port: number): Promise<Socket> => {
      const socket = connect({ port, host: '127.0.0.1', localAddress: CALLER });
      await once(socket, 'connect');
      return socket;
    };
    /** Log lines with the name that oidentd gave. */
    const named = (message: string) =>
      board.output.split('\n').filter((line) => line.includes(`"ident":"root"`) && line.includes(message));

    it('a newsreader has a name in the log', async () => {
      const socket = await caller(board.port);
      expect(await new LineStream(socket, 'latin1').line()).toMatch(/^20[01] /);
      await until(
        () => named('the caller, by ident').length > 0,
        () => `a name in the log:\n${board.output.slice(-2000)}\n${said}`,
      );
      socket.destroy();
    });

    it('an RGTP client that is refused has a name in the log', async () => {
      const socket = await caller(rgtp);
      const dialogue = new Dialogue(socket);
      await dialogue.line();
      // The refusal ends the connection, and waits for nobody: oidentd has to have looked before.
      await until(
        () => said.includes(`Successful lookup: ${socket.localPort} , ${rgtp} `),
        () => `oidentd to be asked: ${said}`,
      );
      expect(await dialogue.ask('USER nobody@rgtp.test')).toMatch(/^482 /);
      await until(
        () => named('login refused').length > 0,
        () => `a name in the log:\n${board.output.slice(-2000)}\n${said}`,
      );
      dialogue.close();
    });
  });
});
