#!/usr/bin/env bash
# Joins the chunks of a finished run in row order: concatenate.sh s3://bucket/…/_manifest/manifest.json > all.csv
set -euo pipefail
{ aws s3 cp "$1" - | jq -r '.earlier[]?.url'; echo "$1"; } | # a long set is listed by several manifests
  while read -r manifest; do aws s3 cp "$manifest" - | jq -r '.entries[].url'; done |
  while read -r url; do aws s3 cp "$url" -; done
