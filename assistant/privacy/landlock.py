"""The Landlock layer: native code, too, writes below the state folder and nowhere else.

Not every kernel has it (that of Raspberry Pi OS has not; there the systemd unit does the same), so
this layer says whether it is in force. It holds this thread and those it starts from now on.

See Documentation/userspace-api/landlock.rst of Linux.
"""

import ctypes
import os
from pathlib import Path

from assistant.errors import SealBroken
from assistant.privacy.kernel import (
    PR_SET_NO_NEW_PRIVS,
    last_error,
    process_control,
    system_call,
)

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_BENEATH = 1

_WRITE_FILE = 1 << 1
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_MOVE_BETWEEN_FOLDERS = 1 << 13
_TRUNCATE = 1 << 14

_SOUND = Path("/dev/snd")
_DEVICES = (Path("/dev/null"), Path("/dev/tty"))


class _Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`, as far as files go."""

    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


class _Beneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def install(state_folder: Path) -> bool:
    """Let this thread and its children write below one folder only, and sound devices.

    Returns:
        Whether the kernel can do that.

    Raises:
        SealBroken: the kernel has Landlock and refuses.
    """
    version = system_call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
    if version < 1:
        return False
    writing = _writing(version)
    ruleset = _Ruleset(writing)
    rules = system_call(
        _CREATE_RULESET, ctypes.byref(ruleset), ctypes.sizeof(ruleset), ctypes.c_uint32(0)
    )
    if rules < 0:
        raise SealBroken(f"the kernel refuses a Landlock ruleset: {last_error()}")
    try:
        _allow(rules, state_folder, writing)
        for device in _devices():
            _allow(rules, device, writing & (_WRITE_FILE | _TRUNCATE))
        process_control(PR_SET_NO_NEW_PRIVS, 1)
        if system_call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0)) != 0:
            raise SealBroken(f"the kernel refuses Landlock: {last_error()}")
    finally:
        os.close(rules)
    return True


def _writing(version: int) -> int:
    """Every right that changes a file or a folder, as far as this Landlock knows it."""
    rights = _WRITE_FILE | _REMOVE_AND_MAKE
    if version >= 2:
        rights |= _MOVE_BETWEEN_FOLDERS
    if version >= 3:
        rights |= _TRUNCATE
    return rights


def _devices() -> list[Path]:
    """Devices that are written; all that exist where the first sound card is still to come."""
    sound = _SOUND if _SOUND.is_dir() else _SOUND.parent
    return [path for path in (sound, *_DEVICES) if path.exists()]


def _allow(rules: int, path: Path, rights: int) -> None:
    """Allow rights beneath a path; a device that is no folder cannot take those of folders.

    Raises:
        SealBroken: the kernel refuses.
    """
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _Beneath(rights, place)
        if (
            system_call(
                _ADD_RULE,
                ctypes.c_int(rules),
                ctypes.c_int(_BENEATH),
                ctypes.byref(rule),
                ctypes.c_uint32(0),
            )
            != 0
        ):
            raise SealBroken(f"the kernel refuses a Landlock rule: {last_error()}")
    finally:
        os.close(place)
