#!/bin/sh
# Makes this machine ready for a target of the Makefile: sh scripts/prepare.sh demo|test|test-sim|soak|bench|lint|clean
#
# Installs what is missing from Debian (as root, on Debian or Ubuntu; otherwise it says what to install and ends with 3) and
# the npm packages, among them Node 24, which runs all the rest. With nothing to do it takes some milliseconds. It may be
# killed at any moment and run again: what is done is marked as the last step.
set -eu
target=${1:?which target: demo, test, test-sim, soak, bench, lint or clean}
cd "$(dirname "$0")/.."

# The machine's own Node runs npm: node_modules, with the one in it, is replaced meanwhile.
PATH=$(printf %s "$PATH" | tr : '\n' | grep -vx "$PWD/node_modules/.bin" | paste -sd : -):/usr/sbin:/sbin
stamp=node_modules/.posturelab-installed
log=.cache/prepare.log
packages=

main() {
  mkdir -p .cache
  if ! npm_done; then
    need node nodejs 'runs npm'
    need npm npm 'fetches the JavaScript packages and Node 24'
    need python3 python3 'compiles node-pty, with make and g++'
    need make make 'compiles node-pty'
    need g++ g++ 'compiles node-pty'
  fi
  case $target in demo | test | soak | bench)
    has_engine || need dockerd docker.io 'runs the nodes of a lab'
    [ "$(id -u)" != 0 ] || need mmdebstrap mmdebstrap 'makes the base image where no image registry is reached'
    ;;
  esac
  case $target in test | bench)
    need radclient freeradius-utils 'checks our RADIUS from outside'
    need eapol_test eapoltest 'checks our EAP from outside'
    need tshark tshark 'checks our packets from outside'
    ;;
  esac
  case $target in bench) need docker-compose docker-compose 'is what we measure ourselves against' ;; esac

  [ -z "$packages" ] || install_packages
  npm_done || install_npm
}

# need COMMAND PACKAGE WHY
need() {
  command -v "$1" >/dev/null 2>&1 && return
  [ -n "$packages" ] || echo "Missing on this machine:" >&2
  printf '  %-17s %s\n' "$2" "$3" >&2
  packages="$packages $2"
}

has_engine() {
  [ -n "${DOCKER_HOST:-}" ] && return
  runtime=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
  for socket in /var/run/docker.sock "$runtime/docker.sock" /run/podman/podman.sock "$runtime/podman/podman.sock"; do
    [ ! -S "$socket" ] || return 0
  done
  return 1
}

install_packages() {
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "This is neither Debian nor Ubuntu: install them by this system's own means (Debian's names are given), then try again." >&2
    exit 3
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "Not root. Run this, then try again:" >&2
    echo "  sudo apt-get install --yes --no-install-recommends$packages" >&2
    exit 3
  fi
  echo "Installing them with apt-get." >&2
  for try in 1 2 3; do
    # shellcheck disable=SC2086 # a list
    apt_get install --yes --no-install-recommends $packages && return
    [ "$try" -lt 3 ] || break
    dpkg --configure -a >>"$log" 2>&1 || true # an installation was killed half-way
    apt_get update || sleep 5
  done
  tail -n 15 "$log" >&2
  echo "apt-get could not install$packages. See what it says above, mend it, and try again." >&2
  exit 3
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1
}

npm_done() {
  [ -x node_modules/.bin/node ] && [ -x node_modules/.bin/posturelab ] && [ -e node_modules/node-pty/build/Release/pty.node ] \
    && [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$(cksum <package-lock.json)" ]
}

# One at a time. npm inherits the lock, so if this script is killed and npm goes on alone, the next one waits for it.
install_npm() {
  exec 9>.cache/prepare.lock
  if ! flock --nonblock 9; then
    echo "npm is at work here already: waiting for it." >&2
    flock 9
    npm_done && return
  fi
  echo "Installing the npm packages; takes about a minute, once." >&2
  wanted=$(cksum <package-lock.json)
  rm -f "$stamp"
  if ! npm ci --no-audit --no-fund --loglevel=error </dev/null >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "npm ci failed. See that this machine reaches the npm registry (npm ping), and try again." >&2
    exit 3
  fi
  if ! node_modules/.bin/node --version >/dev/null 2>&1 || [ ! -e node_modules/node-pty/build/Release/pty.node ]; then
    echo "npm did not run the packages' install scripts, which bring Node 24 and compile node-pty." >&2
    echo "Allow them (npm config set ignore-scripts false), and try again." >&2
    exit 3
  fi
  ln -sf ../../harness/cli/posturelab.js node_modules/.bin/posturelab # npm links the commands of dependencies only
  printf '%s\n' "$wanted" >"$stamp"
}

main
