"""The filter of every processor, run here by a small interpreter of BPF."""

import errno
import os
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.privacy import seccomp
from assistant.privacy.seccomp import ALLOW, KILL_PROCESS, MACHINES, REFUSE, REFUSE_FAMILY

I386 = 0x4000_0003


def verdict(program: list[seccomp.Instruction], arch: int, number: int, argument: int = 0) -> int:
    """What the kernel would decide about a system call."""
    data = struct.pack("<IIQQ", number, arch, 0, argument)
    accumulator = 0
    step = 0
    while True:
        code = program[step]
        step += 1
        if code.code == seccomp.LOAD_WORD:
            (accumulator,) = struct.unpack_from("<I", data, code.operand)
        elif code.code == seccomp.JUMP_IF_EQUAL:
            step += code.if_true if accumulator == code.operand else code.if_false
        elif code.code == seccomp.JUMP_IF_AT_LEAST:
            step += code.if_true if accumulator >= code.operand else code.if_false
        else:
            assert code.code == seccomp.RETURN
            return code.operand


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest) -> seccomp.Machine:
    return MACHINES[request.param]


def test_sockets_are_local_or_refused(machine: seccomp.Machine) -> None:
    program = seccomp.assemble(machine)
    for number in machine.sockets.values():
        decisions = {
            family: verdict(program, machine.audit_arch, number, family) for family in range(64)
        }
        assert decisions.pop(socket.AF_UNIX) == ALLOW
        assert set(decisions.values()) == {REFUSE_FAMILY}


def test_only_the_half_of_the_argument_counts_that_the_kernel_reads(
    machine: seccomp.Machine,
) -> None:
    program = seccomp.assemble(machine)
    number = machine.sockets["socket"]
    hidden_internet = (socket.AF_UNIX << 32) | socket.AF_INET
    assert verdict(program, machine.audit_arch, number, hidden_internet) == REFUSE_FAMILY


def test_programs_and_other_processes_are_refused(machine: seccomp.Machine) -> None:
    program = seccomp.assemble(machine)
    for number in machine.refused.values():
        assert verdict(program, machine.audit_arch, number) == REFUSE


def test_calls_of_another_kind_of_processor_end_the_process(machine: seccomp.Machine) -> None:
    """The 32-bit calls of the same machine have other numbers."""
    program = seccomp.assemble(machine)
    others = {other.audit_arch for other in MACHINES.values()} - {machine.audit_arch}
    for arch in {I386, *others}:
        assert verdict(program, arch, 0) == KILL_PROCESS
    if machine.foreign_from:
        number = machine.foreign_from + machine.sockets["socket"]
        assert verdict(program, machine.audit_arch, number) == KILL_PROCESS


@given(name=st.sampled_from(sorted(MACHINES)), number=st.integers(0, 600))
def test_everything_else_is_allowed(name: str, number: int) -> None:
    machine = MACHINES[name]
    special = {*machine.refused.values(), *machine.sockets.values()}
    decided = verdict(seccomp.assemble(machine), machine.audit_arch, number)
    assert (decided == ALLOW) == (number not in special)


def test_every_machine_refuses_the_same_calls() -> None:
    names = {tuple(sorted(machine.refused)) for machine in MACHINES.values()}
    assert len(names) == 1
    assert len({tuple(sorted(machine.sockets)) for machine in MACHINES.values()}) == 1


def test_refusals_carry_the_errors_that_callers_know() -> None:
    assert REFUSE & 0xFFFF == errno.EPERM
    assert REFUSE_FAMILY & 0xFFFF == errno.EAFNOSUPPORT


def test_this_machine_has_a_filter() -> None:
    assert os.uname().machine in MACHINES
