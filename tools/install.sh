#!/bin/sh
# Puts Turntable on this machine for good, brings it up to date, or takes it away again.
#
#   sudo tools/install.sh install|upgrade|uninstall
#
# It lives in an environment of its own. Where sound belongs to a user's sound server (PipeWire,
# PulseAudio) that user's unit is enabled, else the strict unit of the system. DESTDIR puts all
# files under another folder and leaves the services of this machine alone.
set -eu
cd "$(dirname "$0")/.."
umask 022
: "${DESTDIR:=}"
home=$DESTDIR/usr/local/lib/turntable
command=$DESTDIR/usr/local/bin/turntable
documents=$DESTDIR/usr/local/share/doc/turntable
units=$DESTDIR/usr/local/lib/systemd
settings=$DESTDIR/etc/turntable
models=$DESTDIR/usr/share/vosk

has_sound_server() {
    [ -n "${SUDO_USER:-}" ] && { command -v pipewire-pulse || command -v pulseaudio; } >/dev/null
}

as_user() {
    runuser -u "$SUDO_USER" -- env XDG_RUNTIME_DIR="/run/user/$(id -u "$SUDO_USER")" "$@"
}

# The service manager of whoever owns the sound.
manager() {
    if has_sound_server; then as_user systemctl --user "$@"; else systemctl "$@"; fi
}

has_services() {
    [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]
}

pip() {
    "$home/bin/python" -m pip --disable-pip-version-check -qq "$@"
}

put_files() {
    # Debian's own Python where it is new enough: a service cannot read one in a home folder.
    python=$(PYTHON=${PYTHON:-/usr/bin/python3} tools/python.sh)
    [ -x "$home/bin/python" ] || "$python" -m venv --clear "$home"
    echo "Installing Python packages into $home (this takes a few minutes)"
    pip install .
    pip install --force-reinstall --no-deps . # the same version may hold other code
    mkdir -p "$(dirname "$command")" "$settings"
    ln -sf "${home#"$DESTDIR"}/bin/turntable" "$command"
    install -D -m 644 -t "$documents" README.md CHANGELOG.md LICENSE docs/*.md
    install -D -m 644 -t "$units/system" systemd/turntable.service
    install -D -m 644 -t "$units/user" systemd/user/turntable.service
}

enable_service() {
    if ! has_services; then
        echo "There is no systemd running here: nothing is started by itself."
        return
    fi
    if has_sound_server; then
        as_user mkdir -p -m 700 "$(getent passwd "$SUDO_USER" | cut -d: -f6)/.local/state/turntable"
        loginctl enable-linger "$SUDO_USER"
    fi
    manager daemon-reload
    manager enable turntable
}

install_all() {
    tools/packages.sh ca-certificates espeak-ng libatomic1 libportaudio2 procps \
        $(! has_sound_server || echo libasound2-plugins)
    put_files
    enable_service
}

case ${1:-} in
    install | upgrade | uninstall) ;;
    *) sed -n '4s/^# *//p' "$0" >&2; exit 2 ;;
esac
if [ -z "$DESTDIR" ] && [ "$(id -u)" != 0 ]; then
    echo "This changes the whole machine: sudo make $1" >&2
    exit 1
fi

case $1 in
    install)
        install_all
        PYTHONDONTWRITEBYTECODE=1 "$home/bin/python" -m tools.fetch_model "$models"
        echo "Turntable is installed, and starts with the machine. What comes next:"
        if has_sound_server; then
            echo "  turntable setup && turntable check && systemctl --user start turntable"
        else
            echo "  sudo turntable setup --service"
            echo "  sudo systemctl start turntable && turntable status"
        fi
        ;;
    upgrade)
        install_all
        ! has_services || manager try-restart turntable
        echo "Turntable is up to date: $("$home/bin/turntable" --version)"
        ;;
    uninstall)
        ! has_services || manager disable --now turntable 2>/dev/null || true
        rm -rf "$home" "$documents"
        rm -f "$command" "$units/system/turntable.service" "$units/user/turntable.service"
        ! has_services || manager daemon-reload
        echo "Turntable is gone. Speech models ($models), settings and memory are left:"
        echo "$settings, /var/lib/turntable, or ~/.config/turntable and ~/.local/state/turntable."
        ;;
esac
