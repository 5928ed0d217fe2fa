"""Runs a command in a terminal of 100 columns and prints what it shows.

    run_in_terminal.py <text> <command…>

Presses Ctrl-C when the terminal has shown the text; an empty text for never. The last line is the
exit code.
"""

import fcntl
import os
import pty
import struct
import sys
import termios

awaited, command = sys.argv[1].encode(), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))

shown = b""
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:  # Linux says so when the command has ended
        break
    if not piece:
        break
    shown += piece
    if awaited and awaited in shown:
        os.write(terminal, b"\x03")
        awaited = b""

_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(shown)
print(f"\nexit code {os.waitstatus_to_exitcode(status)}")
