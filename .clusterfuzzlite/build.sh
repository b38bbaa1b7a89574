#!/usr/bin/env bash
# Builds every target into $OUT, with its corpus, dictionary and options. The container calls it; without one:
#
#   OUT=$(mktemp -d) SANITIZER=none .clusterfuzzlite/build.sh
set -euo pipefail
: "${OUT:?the folder to build into}"
if [ -d "${SRC:-}/gossipsub-conformance" ]; then
    cd "$SRC/gossipsub-conformance"
else
    cd "$(dirname "$0")/.."
fi

sanitizer=${SANITIZER:-address}
# The flags that measure coverage are in the environment.
[ "$sanitizer" != coverage ] || sanitizer=none
export RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-nightly}
host=$(rustc -vV | sed -n 's/^host: //p')
target_folder=${CARGO_TARGET_DIR:-$PWD/fuzz/target}
cargo fuzz build --release --sanitizer "$sanitizer" --target-dir "$target_folder"

cp fuzz/options/* "$OUT/"
for target in $(cargo fuzz list); do
    cp "$target_folder/$host/release/$target" "$OUT/"
    # What was found once is the best of seeds.
    seeds=("fuzz/corpus/$target")
    [ ! -d "fuzz/regressions/$target" ] || seeds+=("fuzz/regressions/$target")
    rm -f "$OUT/${target}_seed_corpus.zip"
    if command -v zip >/dev/null; then
        find "${seeds[@]}" -type f ! -name '*.jsonl' -print0 | xargs -0 zip -jq "$OUT/${target}_seed_corpus.zip"
    else
        find "${seeds[@]}" -type f ! -name '*.jsonl' -print0 |
            xargs -0 python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip"
    fi
done
