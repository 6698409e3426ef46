#!/bin/sh
# `rasa data validate`, quiet unless something is wrong. Four kinds of warning are meant, and everything else fails:
#   - an utterance that no story or rule uses: leads/wording.py reads the wording at run time (docs/architecture.md)
#   - the intent `choose`: nlu/channel.py sets it for a pressed button, so nobody ever says it
#   - the intent `faq` as a double: Rasa itself adds every retrieval intent of the data to the domain that lists it
#   - Rasa's own and its libraries' deprecation warnings, which do not name our files
set -eu
cd "$(dirname "$0")/.."
export RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3
said=$(mktemp)
trap 'rm -f "$said"' EXIT
if ! nlu/.venv/bin/python -m rasa data validate --fail-on-warnings >"$said" 2>&1; then
  cat "$said"
  exit 1
fi
wrong=$(grep -e 'shared/utils/io.py:[0-9]*: ' -e ' WARNING ' -e ' ERROR ' "$said" |
  grep -v -e "The utterance '.*' is not used in any story or rule" \
    -e "The intent 'choose' is listed in the domain file, but" \
    -e "duplicated intents have been found across multiple domain files: faq\$" || true)
if [ -n "$wrong" ]; then
  printf '%s\n' "$wrong"
  exit 1
fi
echo "rasa data validate: no conflicts."
