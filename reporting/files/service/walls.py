"""What holds a child that decodes a stranger's file: limits of the kernel, no network, no other process, no writing.

Three layers, each useful without the others: resource limits everywhere; an empty network of its own where the kernel
lets us make one; and, on x86-64 machines, a filter that refuses the system calls a decoder has no business with.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)

_NEW_USER, _NEW_NET, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_SET_PARENT_DEATH, _SET_FILTER, _NO_NEW_RIGHTS = 1, 22, 38
_FILTER_MODE = 2

_X86_64 = 0xC000003E
_FIRST_FOREIGN = 0x40000000
_THREAD = 0x00010000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _UNKNOWN, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

# Numbers of x86-64. Network; other programs and processes; the kernel's further doors.
_NEVER = {
    *{"socket": 41, "connect": 42, "accept": 43, "sendto": 44, "sendmsg": 46, "bind": 49, "listen": 50}.values(),
    *{"socketpair": 53, "accept4": 288, "sendmmsg": 307}.values(),
    *{"fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "ptrace": 101, "kill": 62, "tkill": 200}.values(),
    *{"rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "pidfd_open": 434, "pidfd_send_signal": 424}.values(),
    *{"process_vm_readv": 310, "process_vm_writev": 311, "pidfd_getfd": 438}.values(),
    *{"unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "chroot": 161, "pivot_root": 155}.values(),
    *{"bpf": 321, "perf_event_open": 298, "io_uring_setup": 425, "userfaultfd": 323, "open_by_handle": 304}.values(),
    *{"add_key": 248, "request_key": 249, "keyctl": 250, "shmget": 29, "msgget": 68, "semget": 64}.values(),
}
# Making, changing and removing files by their names.
_WRITES = {
    *{"creat": 85, "truncate": 76, "rename": 82, "mkdir": 83, "rmdir": 84, "link": 86, "unlink": 87}.values(),
    *{"symlink": 88, "chmod": 90, "fchmod": 91, "chown": 92, "fchown": 93, "lchown": 94, "mknod": 133}.values(),
    *{"mkdirat": 258, "mknodat": 259, "fchownat": 260, "unlinkat": 263, "renameat": 264, "linkat": 265}.values(),
    *{"symlinkat": 266, "fchmodat": 268, "renameat2": 316, "fchmodat2": 452, "openat2": 437}.values(),
    *{"setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "utime": 132, "utimes": 235, "utimensat": 280}.values(),
}
_OPEN, _OPENAT, _CLONE, _CLONE3, _TGKILL = 2, 257, 56, 435, 234


def look(_arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Which walls stand around this very child: for whoever runs an installation, and for the tests."""
    return {
        "own_network": _is_alone(),
        "filter": "Seccomp:\t2" in Path("/proc/self/status").read_text(encoding="ascii"),
        "environment": dict(os.environ),
    }


def _is_alone() -> bool:
    """Whether the only network device here is a loopback that was never started."""
    lines = Path("/proc/net/dev").read_text(encoding="ascii").splitlines()[2:]
    return [line.split(":")[0].strip() for line in lines] == ["lo"] and len(_routes()) == 0


def _routes() -> list[str]:
    with suppress(OSError):
        return Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
    return []


def put_up(limits: Mapping[str, Any]) -> None:
    """Close this process in, for good. Every layer that this machine has is used; the resource limits always are."""
    with suppress(OSError):
        # When memory runs short, this process goes first.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    _leave_network()
    _libc.prctl(_SET_PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
    _limit(limits)
    _install_filter(may_write=bool(limits["file_bytes"]))


def _leave_network() -> None:
    if _libc.unshare(_NEW_NET | _NEW_IPC) != 0:
        _libc.unshare(_NEW_USER | _NEW_NET | _NEW_IPC)


def _limit(limits: Mapping[str, Any]) -> None:
    # The answer is a file too, in memory; without leave to write, no other can be opened for it.
    most_written = max(limits["file_bytes"], 2 << 20)
    for what, most in (
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        # What is really written to, with stacks and heap; addresses alone may be some more: libraries reserve a lot.
        (resource.RLIMIT_DATA, limits["memory_bytes"]),
        (resource.RLIMIT_AS, 4 * limits["memory_bytes"] + (1 << 30)),
        (resource.RLIMIT_FSIZE, most_written),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _install_filter(*, may_write: bool) -> bool:
    """Have the kernel refuse what a decoder never needs; gives whether it does."""
    if platform.machine() != "x86_64":
        return False
    program = _program(may_write=may_write, own_pid=os.getpid())
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    if _libc.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0) != 0:
        return False
    return bool(_libc.prctl(_SET_FILTER, _FILTER_MODE, ctypes.c_char_p(header), 0, 0) == 0)


def _program(*, may_write: bool, own_pid: int) -> bytes:
    """The filter: each line loads, compares and jumps over so many lines when it is true, else over so many."""
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, _X86_64), (_ANSWER, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _FIRST_FOREIGN), (_ANSWER, 0, 0, _REFUSE),
        (_EQUAL, 0, 1, _CLONE3), (_ANSWER, 0, 0, _UNKNOWN),
        *_argued(_CLONE, 0, (_ANY_BIT, 1, 0, _THREAD)),
        *_argued(_TGKILL, 0, (_EQUAL, 1, 0, own_pid)),
    ]  # fmt: skip
    refused = sorted(_NEVER if may_write else _NEVER | _WRITES)
    if not may_write:
        lines += [*_argued(_OPEN, 1, (_ANY_BIT, 0, 1, _WRITING)), *_argued(_OPENAT, 2, (_ANY_BIT, 0, 1, _WRITING))]
    for number in refused:
        lines += [(_EQUAL, 0, 1, number), (_ANSWER, 0, 0, _REFUSE)]
    lines.append((_ANSWER, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _argued(number: int, argument: int, test: tuple[int, int, int, int]) -> list[tuple[int, int, int, int]]:
    """A call that is refused or allowed by one of its arguments; `test` jumps over the refusal where it allows."""
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _ARGUMENTS + 8 * argument),
        test,
        (_ANSWER, 0, 0, _REFUSE),
        (_ANSWER, 0, 0, _ALLOW),
    ]
