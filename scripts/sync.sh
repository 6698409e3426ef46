#!/bin/sh
# Brings one of the project's two environments to its lock file: `scripts/sync.sh .` (Python 3.13) or `scripts/sync.sh nlu` (3.10).
# Needs a Python 3 of any kind, or a uv that works; everything else is fetched. Leaves the stamp <folder>/.venv/.synced.
set -eu

UV_VERSION=0.13.9
OLDEST_UV=0.13
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$1
tools=$root/.tools/uv

say() { printf 'Hairline: %s\n' "$*"; }
give_up() {
  printf 'Hairline: %s\n' "$*" >&2
  exit 1
}

# A pyenv shim answers or fails depending on the folder's .python-version, so a uv counts only where it answers in both.
works_everywhere() {
  for place in "$root" "$root/nlu"; do
    found=$(cd "$place" && "$1" --version 2>/dev/null) || return 1
  done
  found=${found#uv }
  oldest=$(printf '%s\n%s\n' "$OLDEST_UV" "${found%% *}" | sort -V | head -n 1)
  [ "$oldest" = "$OLDEST_UV" ]
}

# Tried from /, where no .python-version of ours misleads a pyenv shim.
any_python() {
  for name in python3 python3.13 python3.12 python3.11 python3.10 python3.9 python /usr/bin/python3; do
    if (cd / && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 8))') >/dev/null 2>&1; then
      (cd / && "$name" -c 'import sys; print(sys.executable)')
      return 0
    fi
  done
  return 1
}

bring_uv() {
  python=$(any_python) || give_up "Python is missing. Install Python 3 (Debian and Ubuntu: apt-get install python3-venv), then run this again."
  say "fetching uv $UV_VERSION, which installs the rest" >&2
  rm -rf "$tools"
  if "$python" -m venv "$tools" >/dev/null 2>&1 && "$tools/bin/python" -m pip install -q "uv==$UV_VERSION" >&2; then
    return 0
  fi
  rm -rf "$tools"
  if "$python" -m pip install -q --target "$tools" "uv==$UV_VERSION" >&2; then
    return 0
  fi
  rm -rf "$tools"
  give_up "uv could not be fetched with $python. Is the network there, and python3-venv or pip? (Debian and Ubuntu: apt-get install python3-venv)"
}

find_uv() {
  if works_everywhere "$tools/bin/uv"; then
    uv=$tools/bin/uv
  elif command -v uv >/dev/null 2>&1 && works_everywhere uv; then
    uv=uv
  else
    bring_uv
    uv=$tools/bin/uv
  fi
}

# One line every 20 seconds for whoever waits.
heartbeat() {
  seconds=0
  while sleep 20; do
    seconds=$((seconds + 20))
    say "  still installing ($seconds s, $(du -sm "$root/$folder/.venv" 2>/dev/null | cut -f1) MB so far)"
  done
}

case $folder in
  .) purpose="the web side" size="downloads about 130 MB" ;;
  nlu) purpose="the language side" size="downloads about 430 MB" ;;
  *) give_up "sync.sh takes . or nlu" ;;
esac
wanted=$(head -n 1 "$root/$folder/.python-version")

find_uv
cd "$root/$folder"
if ! "$uv" python find --no-project "$wanted" >/dev/null 2>&1; then
  say "fetching Python $wanted"
  "$uv" python install -q "$wanted" || give_up "Python $wanted is missing and could not be fetched. Install it (pyenv install $wanted, or your system's packages), then run this again."
fi
say "installing $purpose (Python $wanted, $size)"
started=$(date +%s)
heartbeat &
pulse=$!
trap 'kill $pulse 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
"$uv" sync --locked -q || give_up "$purpose could not be installed; the lines above say why."
: >.venv/.synced
say "installed $purpose in $(($(date +%s) - started)) s"
