#!/bin/sh
# Runs the core of the tests on an emulated 64-bit Arm: on Debian's own Python for it, with wheels
# for it, and with no other packages of Debian's than its base and those that are named.
#
#   tools/arm.sh PACKAGE…
#
# That system is only unpacked, into .arm/; tools/emulated.sh says how it runs. Quick to start when
# nothing has changed since, and then without a network.
set -eu
cd "$(dirname "$0")/.."
root=.arm/root
stamp=.arm/prepared # what the system was prepared for

# What could differ on another processor: libraries in machine code, and most of what leans on them.
# Sound devices, services and the seal need a kernel of their own, and the rest would take too long.
core="tests/test_config.py tests/test_errors.py tests/test_events.py
    tests/test_memory.py tests/test_memory_file.py tests/privacy/test_seccomp.py
    tests/conversation/test_consent.py tests/conversation/test_floor.py
    tests/conversation/test_pausing.py tests/conversation/test_questions.py
    tests/conversation/test_shares.py tests/conversation/test_turns.py
    tests/understanding tests/speaking
    tests/hearing/test_blocks.py tests/hearing/test_ear_rules.py tests/hearing/test_gate.py
    tests/hearing/test_listener.py tests/hearing/test_utterance.py
    tests/hearing/test_vosk_recognizer.py"

nothing_ran() {
    echo "NOTHING RAN on an emulated 64-bit Arm: $1" >&2
    exit 0
}

# Where this machine's apt gets its Debian from.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' \
        "Codename: $VERSION_CODENAME" 'Origin: Debian' 'Component: main' | head -n 1
}

# What the unpacked system is good for.
wanted() {
    echo "$VERSION_CODENAME" "$@"
    cat pyproject.toml tools/arm.sh
}

unpack_debian() {
    archive=$(mirror)
    [ -n "$archive" ] || nothing_ran "apt knows no archive of Debian's (apt-get update?)"
    echo "Unpacking Debian $VERSION_CODENAME for 64-bit Arm into $root"
    packages=$(echo "$@" | tr ' ' ',')
    mmdebstrap --quiet --mode=chrootless --variant=extract --architectures=arm64 \
        --include='?priority(required)' --include="python3,$packages" \
        "$VERSION_CODENAME" "$root" "$archive" &&
        cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
}

# A wheel is for the C library that it was built with, or any later one.
platforms() {
    echo manylinux2014_aarch64
    for version in $(seq 17 36); do echo "manylinux_2_${version}_aarch64"; done
}

install_wheels() {
    python=$(readlink "$root/usr/bin/python3")
    echo "Installing wheels for 64-bit Arm and $python"
    pip=".venv/bin/python -m pip --disable-pip-version-check -qq"
    # Vosk needs srt, pure Python that comes as source only.
    $pip wheel --no-build-isolation --no-deps --wheel-dir .arm/wheels srt || return
    # shellcheck disable=SC2046 # one word an option
    $pip install --target "$root/usr/local/lib/$python/dist-packages" --no-compile \
        --python-version "${python#python}" $(platforms | sed 's/^/--platform /') \
        --only-binary=:all: --no-build-isolation --find-links .arm/wheels --group test .
}

[ "$(uname -m)" != aarch64 ] ||
    nothing_ran "this machine is a real one, and \`make test\` is the test of it"
tools/packages.sh mmdebstrap qemu-user-static ||
    nothing_ran "it takes mmdebstrap and qemu-user-static (as root: apt-get install them)"
. /etc/os-release

if [ "$(wanted "$@")" != "$(cat $stamp 2>/dev/null)" ]; then
    rm -rf .arm
    mkdir .arm
    unpack_debian "$@" || nothing_ran "its Debian packages could not be had; the reason is above"
    install_wheels || nothing_ran "its wheels could not be had; pip's own words are above"
    tools/emulated.sh $root ldconfig ||
        nothing_ran "it takes Linux 6.7, or binfmt-support (as root: apt-get install it)"
    wanted "$@" >$stamp
fi

echo "Running the core of the tests on an emulated $(tools/emulated.sh $root uname -m)"
# Nothing may be written into the checkout, and all takes many times as long: Hypothesis's profile
# for continuous integration knows no deadline.
# shellcheck disable=SC2086 # one word a path
exec tools/emulated.sh $root env \
    PYTHONPYCACHEPREFIX=/tmp/compiled HYPOTHESIS_STORAGE_DIRECTORY=/tmp/hypothesis \
    python3 -m pytest -p no:cacheprovider --timeout 1200 --hypothesis-profile ci $core ${ARGS:-}
