#!/bin/sh
# Prints the Python to use: $PYTHON, or the first one found that is new enough and can make virtual
# environments. Debian's own is installed where there is none.
set -eu
cd "$(dirname "$0")/.."

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

command -v "${PYTHON:-python3}" >/dev/null || tools/packages.sh python3 python3-venv
for python in ${PYTHON:-python3 /usr/bin/python3 python3.13 python3.12 python3.11}; do
    if new_enough "$python"; then
        "$python" -c 'import ensurepip' 2>/dev/null || tools/packages.sh python3-venv
        echo "$python"
        exit
    fi
done
echo "Turntable needs Python 3.11 or newer, and there is none here (PYTHON=… names one)." >&2
exit 1
