#!/usr/bin/env bash
# Joins the chunks of a finished run in row order: concatenate.sh s3://bucket/…/_manifest/manifest.json > all.csv
set -euo pipefail
manifest=$(aws s3 cp "$1" -)
{
  # The manifests of a long set before this one. It is read once: the next generation replaces it.
  jq -r '.earlier[]?.url' <<<"$manifest" | while read -r url; do aws s3 cp "$url" -; done
  echo "$manifest"
} | jq -r '.entries[].url' | while read -r url; do aws s3 cp "$url" -; done
