#!/usr/bin/env bash
# What `npm run bench -- peers` measures against, on Debian, as root: INN and leafnode, which the end-to-end tests drive too, sn, and
# public-inbox with the modules of Perl that it needs. Nothing is installed: all is unpacked in node_modules/.clients.
set -euo pipefail
cd "$(dirname "$0")/../.."
.ci/clients.sh
peers=node_modules/.clients/peers
wanted=(sn public-inbox libpublicinbox-perl libdbi-perl libdbd-sqlite3-perl liburi-perl)
[ -e "$peers/debian/usr/bin/public-inbox-nntpd" ] && exit
mkdir -p "$peers/packages"
(cd "$peers/packages" && apt-get -o DPkg::Lock::Timeout=900 download -qq "${wanted[@]}" 2>/dev/null)
for package in "$peers"/packages/*.deb; do dpkg -x "$package" "$peers/debian"; done
