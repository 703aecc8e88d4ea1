#!/bin/sh
# Runs a command in a folder that holds a system for 64-bit Arm, with this checkout, read-only, as
# its /turntable. The emulator, all mounts and all processes belong to namespaces of their own, which
# end with the command: nothing is left on this machine, and nothing needs root.
#
#   tools/emulated.sh ROOT COMMAND…
set -eu
cd "$(dirname "$0")/.."

# The first process of a namespace has the number 1: this script starts once outside, once inside.
[ $$ = 1 ] || exec unshare --user --map-root-user --mount --pid --fork --kill-child \
    tools/emulated.sh "$@"
root=$1
shift

mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mkdir -p "$root/turntable"
mount --bind . "$root/turntable"
mount -o remount,bind,ro "$root/turntable"

# Where the machine itself has no emulator in place, these namespaces get one (Linux 6.7 and newer).
if ! chroot "$root" /bin/true 2>/dev/null; then
    mount -t binfmt_misc binfmt_misc "$root/proc/sys/fs/binfmt_misc"
    cat /usr/lib/binfmt.d/qemu-aarch64.conf >"$root/proc/sys/fs/binfmt_misc/register"
fi
exec unshare --root "$root" --wd /turntable \
    env -i HOME=/root XDG_RUNTIME_DIR=/run PATH=/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C.UTF-8 "$@"
