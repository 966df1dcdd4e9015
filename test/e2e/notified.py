"""Stands in for systemd: prints, as JSON, each message that comes to the socket NAME, and `silent` once no sign of life has
come for SECONDS after there was one."""
import json, os, socket, sys

name, seconds = sys.argv[1], float(sys.argv[2])
notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notified.bind(name)
print(json.dumps("listening"), flush=True)
while True:
    try:
        message, control, _, _ = notified.recvmsg(65536, socket.CMSG_SPACE(64))
    except socket.timeout:
        print(json.dumps("silent"), flush=True)
        notified.settimeout(None)
        continue
    # systemd-notify waits until the other end of this pipe is closed, so that nobody asks about a process that is gone.
    for level, kind, data in control:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            for at in range(0, len(data) - len(data) % 4, 4):
                os.close(int.from_bytes(data[at : at + 4], sys.byteorder))
    text = message.decode()
    if "WATCHDOG=1" in text:
        notified.settimeout(seconds)
    if not text.startswith("BARRIER="):
        print(json.dumps(text.strip().split("\n")), flush=True)
