#!/usr/bin/env bash
# Builds the image with buildah and tries it: .ci/image.sh BASE [NAME]. Needs buildah and root, no daemon, and no registry
# if BASE is an image that is here: a Debian with node >= 24 and npm in /usr/local. For example
#   .ci/image.sh docker.io/library/node:24.21.0-trixie-slim localhost/rgtp-nntp
set -euo pipefail
cd "$(dirname "$0")/.."
base=${1:?which base? .ci/image.sh BASE [NAME]}
name=${2:-localhost/rgtp-nntp}
export BUILDAH_ISOLATION=chroot
commit=$(git rev-parse HEAD)
date=$(git show --no-patch --format=%cI HEAD)
dockerfile=$(mktemp)
container=
cleanup() {
  rm -f "$dockerfile"
  [ -z "$container" ] || buildah rm "$container" >/dev/null
}
trap cleanup EXIT

# The pinned base needs its registry. (buildah knows no $BUILDPLATFORM without being told one.)
sed -E "s#^FROM --platform=[^ ]+ #FROM #; s#^FROM node:[^ ]+#FROM $base#" docker/Dockerfile >"$dockerfile"
buildah build --pull=false --file "$dockerfile" --ignorefile docker/Dockerfile.dockerignore --tag "$name" \
  --build-arg "BUILD_COMMIT=$commit" --build-arg "BUILD_DATE=$date" .

container=$(buildah from --pull-never "$name")
inspect() { buildah inspect --type image --format "$1" "$name"; }
expect() {
  [[ $2 == "$3" ]] || { echo "$1: $2, and not $3" >&2; exit 1; }
}
expect 'user' "$(inspect '{{.OCIv1.Config.User}}')" 1000:1000
expect 'revision' "$(inspect '{{index .OCIv1.Config.Labels "org.opencontainers.image.revision"}}')" "$commit"
run() { buildah run --user 1000:1000 "$container" -- "$@"; }
version=$(run node /app/dist/main.js --version)
[[ $version == *"${commit:0:7}"* ]] || { echo "it says that it is $version, and not of $commit" >&2; exit 1; }

# It serves, and says so to the health check; then SIGTERM ends it. On ports that need no privileges, and that are free.
run sh -c '
  export RGTP_NNTP_LISTEN=nntp://127.0.0.1:0 RGTP_NNTP_EMBEDDED_LISTEN=rgtp://127.0.0.1:0
  export RGTP_NNTP_HTTP_LISTEN=http://127.0.0.1:9119
  node /app/dist/main.js serve & server=$!
  tries=0
  until node /app/dist/ops/probe.js; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] && kill -0 "$server" || exit 1
    sleep 0.2
  done
  kill -TERM "$server" && wait "$server"
'
echo "$name: $version, from $base, serves"
