#!/bin/sh
# Prepares the virtual environment .venv with this project in it, and with the named dependency
# groups of pyproject.toml. Quick when nothing has changed since, and then without a network.
#
#   tools/venv.sh [GROUP…]
set -eu
cd "$(dirname "$0")/.."
venv=.venv
stamp=$venv/.prepared # the groups in its first line, then what they were prepared for

pip() {
    # Quiet but for errors. Without build isolation pip asks the index only for what is missing.
    "$venv/bin/python" -m pip --disable-pip-version-check -qq "$@"
}

# What an environment is good for: this folder, this Python, these dependencies.
wanted() {
    pwd
    "$venv/bin/python" --version
    cat pyproject.toml
}

# True if all groups asked for are there already.
prepared() {
    [ "$(sed 1d "$stamp")" = "$(wanted)" ] || return 1
    for group; do
        case " $there " in *" $group "*) ;; *) return 1 ;; esac
    done
}

install_packages() {
    # Debian's own pip does not know dependency groups yet.
    pip install 'pip>=25.1' &&
        pip install --group build &&
        pip install --no-build-isolation "$@" -e .
}

if ! "$venv/bin/python" -c '' 2>/dev/null; then
    python=$(tools/python.sh)
    echo "Making the virtual environment $venv"
    "$python" -m venv --clear "$venv"
fi

there=
if [ -f "$stamp" ]; then
    there=$(sed -n '1s/^groups: //p' "$stamp")
    ! prepared "$@" || exit 0
fi

echo "Installing Python packages (the first time this takes a few minutes)"
options=
# shellcheck disable=SC2086 # one word a group
groups=$(printf '%s\n' $there "$@" | sort -u | xargs)
for group in $groups; do options="$options --group $group"; done
# shellcheck disable=SC2086 # one word an option
if ! install_packages $options; then
    echo "The Python packages could not be installed; pip's own words are above." >&2
    exit 1
fi
{
    echo "groups: $groups"
    wanted
} >"$stamp"
