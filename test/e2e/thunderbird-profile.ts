import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from './person.ts';

/** No questions at the first start, and no network but the news server. */
const QUIET = {
  'app.donation.eoy.version.viewed': 999,
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'mail.inappnotifications.enabled': false,
  'mail.provider.suppress_dialog_on_startup': true,
  'mail.rights.version': 1,
  'mail.shell.checkDefaultClient': false,
  'mail.spotlight.firstRunDone': true,
  'mailnews.start_page.enabled': false,
  'mailnews.start_page_override.mstone': 'ignore',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.server': 'data:,',
  // The remote protocol takes a free port.
  'marionette.port': 0,
};

export interface NewsAccount {
  readonly port: number;
  readonly name: string;
  readonly address: string;
  readonly signature: string;
  readonly tls?: boolean;
}

/** A profile with one news account, as the assistant for new accounts leaves it: its folder. No login is saved in it. */
export function thunderbirdProfile(person: Person, account: NewsAccount): string {
  const settings = {
    ...QUIET,
    'mail.accountmanager.accounts': 'account1',
    'mail.account.account1.identities': 'id1',
    'mail.account.account1.server': 'server1',
    'mail.identity.id1.fullName': account.name,
    'mail.identity.id1.useremail': account.address,
    'mail.identity.id1.valid': true,
    'mail.identity.id1.compose_html': false,
    'mail.identity.id1.fcc': false,
    'mail.identity.id1.htmlSigText': account.signature,
    'mail.server.server1.type': 'nntp',
    'mail.server.server1.hostname': '127.0.0.1',
    'mail.server.server1.port': account.port,
    'mail.server.server1.socketType': account.tls ? 3 : 0,
    'mail.server.server1.name': 'The board',
    'mail.server.server1.directory-rel': '[ProfD]News/board',
    'mail.server.server1.newsrc.file-rel': '[ProfD]News/board.rc',
    // It does not ask how many headers to download.
    'mail.server.server1.notify.on': false,
  };
  const lines = Object.entries(settings).map(
    ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});`,
  );
  const profile = join(person.home, 'profile');
  mkdirSync(join(profile, 'News'), { recursive: true });
  person.write('profile/user.js', `${lines.join('\n')}\n`);
  return profile;
}
