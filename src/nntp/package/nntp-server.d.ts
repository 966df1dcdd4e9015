/**
 * Types of the npm package nntp-server 3.1.0, as far as it is used here. What is replaced (its streams, its line
 * splitter, its look-up of commands) is left out.
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

  export interface NntpOptions {
    readonly requireAuth?: boolean;
    readonly secure?: boolean;
    readonly commands: Readonly<Record<string, { capability?(session: Session, report: Feature[]): void }>>;
    readonly session: { create(server: Nntp, stream: Duplex): Session };
  }

  export default class Nntp {
    readonly options: NntpOptions;
    readonly commands: NntpOptions['commands'];
    constructor(options: NntpOptions);
    _needAuth(session: Session, head: string): boolean;
    _authenticate(session: Session): Promise<boolean>;
    _selectGroup(session: Session, name: string): Promise<boolean>;
    _getOverviewFmt(session: Session): string[];
    _onError(error: unknown): void;
  }

  /** The selected group as GROUP shows it; `name` is null while none is. */
  export interface SessionGroup {
    readonly min_index: number;
    readonly max_index: number;
    readonly total: number;
    readonly name: string | null;
    readonly description: string;
    current_article: number;
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
    server: Nntp;
    group: SessionGroup;
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
      'AUTHINFO PASS' | 'AUTHINFO USER' | 'CAPABILITIES' | 'DATE' | 'GROUP' | 'LIST OVERVIEW.FMT' | 'MODE' | 'QUIT',
      PackageCommand
    >
  >;
}
