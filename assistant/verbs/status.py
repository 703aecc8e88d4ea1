"""`turntable status` and `turntable wake`: ask the running assistant over its local socket."""

import click

from assistant.events import StateName
from assistant.service import StatusReport, ask_status, control_socket, wake


def show_status() -> None:
    """Show state, turn clock, microphone and the last fault; no words.

    Raises:
        BadState: none is running here, or it belongs to another user.
    """
    for line in status_lines(ask_status(control_socket())):
        click.echo(line)


def wake_up() -> None:
    """Have the microphone of a sleeping assistant opened again.

    Raises:
        BadState: none is running here, or it belongs to another user.
    """
    slept = wake(control_socket()).state is StateName.ASLEEP
    click.echo("It opens the microphone again." if slept else "It was not asleep.")


def status_lines(report: StatusReport) -> list[str]:
    """The report as lines to be read."""
    lines = [f"state        {report.state}"]
    if report.partner:
        left = max(0, round(report.turn_left))
        lines.append(f"turn         partner {report.partner}, {left // 60}:{left % 60:02d} left")
    dropped = f", {report.dropped} blocks dropped" if report.dropped else ""
    lines.append(f"microphone   {report.microphone}{dropped}")
    fault = f"{report.last_fault}, {report.fault_age:.0f} s ago" if report.last_fault else "none"
    lines.append(f"last fault   {fault}")
    if report.layers:
        lines.append(f"seal         {'; '.join(report.layers)}")
    return lines
