"""Linux holds the child to plain computing: a filter of system calls (seccomp) that no right is needed for.

`compute`: reading and writing what is open already, memory, threads, the clock; nothing else: no file is opened, no
program started, no process made, no socket. `probe`, for another program that reads one file: everything but
sockets and other processes. What is not allowed fails with EPERM, as if the system refused it.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from typing import Final, Literal

Kind = Literal["compute", "probe"]

_X86: Final = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "pwrite64": 18, "readv": 19,
    "writev": 20, "sched_yield": 24, "mremap": 25, "msync": 26, "madvise": 28, "dup": 32, "nanosleep": 35,
    "getpid": 39, "getcwd": 79, "exit": 60, "fcntl": 72, "fsync": 74, "fdatasync": 75, "ftruncate": 77, "gettimeofday": 96,
    "sigaltstack": 131, "gettid": 186, "futex": 202, "sched_getaffinity": 204, "clock_gettime": 228,
    "clock_nanosleep": 230, "exit_group": 231, "newfstatat": 262, "set_robust_list": 273, "getrandom": 318,
    "membarrier": 324, "rseq": 334,
}  # fmt: skip
_ARM: Final = {
    "read": 63, "write": 64, "close": 57, "fstat": 80, "lseek": 62, "mmap": 222, "mprotect": 226, "munmap": 215,
    "brk": 214, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "pread64": 67, "pwrite64": 68,
    "readv": 65, "writev": 66, "sched_yield": 124, "mremap": 216, "msync": 227, "madvise": 233, "dup": 23,
    "nanosleep": 101, "getpid": 172, "getcwd": 17, "exit": 93, "fcntl": 25, "fsync": 82, "fdatasync": 83, "ftruncate": 46,
    "gettimeofday": 169, "sigaltstack": 132, "gettid": 178, "futex": 98, "sched_getaffinity": 123,
    "clock_gettime": 113, "clock_nanosleep": 115, "exit_group": 94, "newfstatat": 79, "set_robust_list": 99,
    "getrandom": 278, "membarrier": 283, "rseq": 293,
}  # fmt: skip
# socket, connect, accept, sendto, recvfrom, sendmsg, recvmsg, bind, listen, socketpair, ptrace, kill, tkill,
# process_vm_readv, process_vm_writev, accept4, sendmmsg, io_uring_setup, pidfd_open, pidfd_getfd
_X86_DENIED: Final = (
    41, 42, 43, 44, 45, 46, 47, 49, 50, 53, 101, 62, 200, 310, 311, 288, 307, 425, 434, 438,
)  # fmt: skip
_ARM_DENIED: Final = (
    198, 203, 202, 206, 207, 211, 212, 200, 201, 199, 117, 129, 130, 270, 271, 242, 269, 425, 434, 438,
)  # fmt: skip
# name of the machine -> its number for seccomp, what is allowed, what is denied, the number of `clone`
_MACHINES: Final = {
    "x86_64": (0xC000003E, tuple(_X86.values()), _X86_DENIED, 56),
    "aarch64": (0xC00000B7, tuple(_ARM.values()), _ARM_DENIED, 220),
}

_LOAD, _EQUAL, _AT_LEAST, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050000 | 1, 0x00050000 | 38
_CLONE_THREAD, _CLONE3, _OTHER_TABLE = 0x00010000, 435, 0x40000000
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2

Line = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_void_p))


def forbid(kind: Kind) -> bool:
    """Hold this process to it, for good; False where the system cannot."""
    known = _MACHINES.get(platform.machine())
    if known is None or not sys.platform.startswith("linux"):
        return False
    lines = _lines(kind, *known)
    packed = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in lines))
    program = _Program(len(lines), ctypes.addressof(packed))
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return False
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    if prctl(_NO_NEW_PRIVILEGES, 1, None, 0, 0):
        return False
    return not prctl(_SECCOMP, _FILTER, ctypes.addressof(program), 0, 0)


def _lines(
    kind: Kind, machine: int, allowed: tuple[int, ...], denied: tuple[int, ...], clone: int
) -> list[Line]:
    head: list[Line] = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if kind == "probe":
        numbers = [line for one in denied for line in _when(one, _EPERM)]
        return [
            *head,
            (_AT_LEAST, 0, 1, _OTHER_TABLE),
            (_RETURN, 0, 0, _EPERM),
            *numbers,
            (_RETURN, 0, 0, _ALLOW),
        ]
    return [
        *head,
        *(line for one in allowed for line in _when(one, _ALLOW)),
        *_when(_CLONE3, _ENOSYS),  # its arguments cannot be seen; `clone`, which is tried then, shows them
        (_EQUAL, 0, 3, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_HAS, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _EPERM),
    ]


def _when(number: int, then: int) -> tuple[Line, Line]:
    return (_EQUAL, 0, 1, number), (_RETURN, 0, 0, then)
