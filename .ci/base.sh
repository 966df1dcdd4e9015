#!/usr/bin/env bash
# Renews the base of the image: .ci/base.sh [TAG], for example 24.22.0-trixie-slim (default: the tag that is there).
# Asks the registry for the digest of that tag, for all processors, and writes both into docker/Dockerfile.
set -euo pipefail
cd "$(dirname "$0")/.."
file=docker/Dockerfile
old=$(sed -nE 's/^FROM .*node:([^@ ]+)@sha256:.*/\1/p' "$file" | head -1)
tag=${1:-$old}
digest=$(docker buildx imagetools inspect "node:$tag" --format '{{.Manifest.Digest}}')
if ! [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]]; then
  echo "the registry gave no digest for node:$tag: $digest" >&2
  exit 1
fi
sed -i -E "s/node:[^@ \"]+(@sha256:[0-9a-f]{64})/node:$tag@$digest/; s/(base\.name=.*node:)[^\"]+/\1$tag/; s/(base\.digest=\")[^\"]+/\1$digest/" "$file"
echo "node:$tag@$digest"
