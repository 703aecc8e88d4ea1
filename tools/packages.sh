#!/bin/sh
# Installs those of the named Debian packages that are missing; silent when all are there.
#
#   tools/packages.sh PACKAGE…
set -eu

missing=
for package; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    case $status in installed*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "This system has no apt-get. Please see to it that it has the like of:$missing" >&2
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null; then
    as_root=sudo
else
    echo "Please run this as root, then try again: apt-get install$missing" >&2
    exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

apt() {
    # shellcheck disable=SC2086 # nothing, or the one word sudo
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1
}

echo "Installing system packages:$missing" >&2
# The lists are fetched only when the packages cannot be had with those at hand.
# shellcheck disable=SC2086 # one word a package
if ! apt install --no-install-recommends $missing; then
    apt update || cat "$log" >&2
    if ! apt install --no-install-recommends $missing; then
        cat "$log" >&2
        echo "The packages could not be installed; apt's own words are above." >&2
        exit 1
    fi
fi
