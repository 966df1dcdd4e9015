/**
 * Types of the npm package nntp-server 3.1.0, as far as it is used. What this program replaces (streams, line splitter,
 * look-up of commands) is left out.
 */
declare module 'nntp-server' {
  import type { Duplex } from 'node:stream';

  /** `null` ends the session. Each string is a line, without its CRLF. */
  export type PackageAnswer = string | null | readonly (string | null)[];

  /** A capability label alone, or with its arguments: `['LIST', 'ACTIVE']`. */
  export type Feature = string | readonly (string | number)[];

  export interface PackageCommand {
    readonly head: string;
    readonly validate: RegExp;
    run(session: Session, line: string): PackageAnswer | Promise<PackageAnswer>;
    capability?(session: Session, report: Feature[]): void;
  }

  export interface NntpOptions<S extends Session> {
    readonly requireAuth?: boolean;
    readonly secure?: boolean;
    readonly commands: Readonly<Record<string, Advertised<S>>>;
    readonly session: { create(server: Nntp<S>, stream: Duplex): S };
  }

  /** What CAPABILITIES asks of a command. */
  export interface Advertised<S extends Session> {
    capability?(session: S, report: Feature[]): void;
  }

  export default class Nntp<S extends Session = Session> {
    readonly options: NntpOptions<S>;
    readonly commands: NntpOptions<S>['commands'];
    constructor(options: NntpOptions<S>);
    _needAuth(session: S, head: string): boolean;
    _authenticate(session: S): Promise<boolean>;
    _getOverviewFmt(session: S): string[];
    _onError(error: unknown): void;
  }

  /** An entry of the session's queue: `tick()` runs it, then writes what it resolves to. */
  export interface QueuedCommand {
    /** 0 waiting, 1 running, 2 resolved, 3 rejected */
    state: 0 | 1 | 2 | 3;
    readonly cmd_line: string;
    resolved_value: unknown;
    rejected_value: unknown;
    run(): Promise<void>;
  }

  export class Session {
    secure: boolean;
    authenticated: boolean;
    authinfo_user: string | null;
    authinfo_pass: string | null;
    out_stream: { readonly writable: boolean };
    pipeline: {
      push(command: QueuedCommand): void;
      isEmpty(): boolean;
      peekFront(): QueuedCommand | undefined;
      shift(): QueuedCommand | undefined;
    };
    constructor(server: Nntp, stream: Duplex);
    write(data: unknown): void;
    parse(line: Uint8Array): void;
    tick(): void;
  }

  export const commands: Readonly<
    Record<
      'AUTHINFO PASS' | 'AUTHINFO USER' | 'CAPABILITIES' | 'DATE' | 'LIST OVERVIEW.FMT' | 'MODE' | 'QUIT',
      PackageCommand
    >
  >;
}
