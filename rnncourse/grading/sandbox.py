"""A closed room on Linux: namespaces, a root that holds the libraries alone (read-only), limits, no
capabilities.

`enter_room` closes in a whole server, once; `confine` closes in one worker that it forks, for good. No
privilege is needed where the kernel lets users make namespaces. Sources: the kernel's manual pages
namespaces(7), mount_setattr(2), capabilities(7), seccomp(2).
"""

import contextlib
import ctypes
import os
import platform
import sys
from pathlib import Path

from rnncourse.grading import seccomp

try:
    import resource
except ImportError:  # Windows: no limits, and no room
    resource = None

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x20000,
    0x4000000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
_RDONLY, _NOSUID, _NODEV, _BIND, _REC, _PRIVATE = 1, 2, 4, 0x1000, 0x4000, 1 << 18
_MOUNT_SETATTR, _PIVOT_ROOT = 442, 155  # x86-64
_AT_FDCWD, _AT_RECURSIVE, _MNT_DETACH = -100, 0x8000, 2
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 24, 38
_SIGKILL, _LAST_CAPABILITY = 9, 40
_DEVICES = ("null", "zero", "urandom")
HOME = "/learner"  # a worker's only writable folder
MOST_FILES = 64_000_000  # bytes in it
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/nix")


class SandboxError(Exception):
    """This system cannot make the closed room; the message says what was refused."""


def supported():
    """Whether this is a system that the room was written for."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def enter_room(root, visible, covered):
    """Move this process into new namespaces and, as their first process, into a new root.

    `root`: an empty folder to build it in. `visible`: paths that it holds, read-only. `covered`: paths among
    them that it shall show empty. Returns, in the first process of the new pid namespace (a fork) alone, a
    descriptor of that namespace. The caller must have one thread. Raises SandboxError.
    """
    try:
        uid, gid = os.geteuid(), os.getegid()
        _unshare(NEWUSER | NEWNS | NEWPID | NEWIPC | NEWUTS | NEWNET)
        _map_user(uid, gid)
        child = os.fork()
        if child:
            _follow(child)
        die_with_parent()
        namespace = os.open("/proc/self/ns/pid", os.O_RDONLY)  # the room itself has no /proc
        _build(str(root), visible, covered)
        return namespace
    except OSError as error:
        raise SandboxError(f"{error.strerror or error} ({error.filename})") from None


def die_with_parent():
    """Have the kernel kill this process when its parent ends."""
    _libc().prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def new_pid_namespace():
    """Let the next fork begin a pid namespace."""
    _unshare(NEWPID)


def old_pid_namespace(descriptor):
    """Let further forks stay in the pid namespace that `descriptor` stands for."""
    _call("setns", descriptor, NEWPID)


def confine(hidden, *, seconds, memory, keep):
    """Close in this process, a fresh fork of a server in its room. No way leads back.

    `hidden`: files and folders to be empty. `seconds` of processor time and bytes of `memory` are its limits.
    Of its open files it keeps those below the descriptor `keep`.
    """
    _unshare(NEWNS | NEWNET | NEWIPC | NEWUTS)
    _mount(None, "/", None, _REC | _PRIVATE)
    for path in hidden:
        _cover(path)
    _mount("tmpfs", HOME, "tmpfs", _NOSUID | _NODEV, f"size={MOST_FILES},mode=700")
    os.chdir(HOME)
    os.closerange(keep, 1 << 20)
    set_limits(seconds, memory)
    _drop_capabilities()
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    seccomp.install(_libc())


def set_limits(seconds, memory):
    """Limit this process to `seconds` of processor time and `memory` bytes more than it has now."""
    if resource is None:
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if os.path.exists("/proc/self/statm") else 0
    address_space = memory + max(pages * resource.getpagesize(), _size_at_start)
    limits = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_FSIZE, MOST_FILES),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    )
    for limit, value in limits:
        with contextlib.suppress(ValueError, OSError):  # macOS knows some limits by name only
            resource.setrlimit(limit, (value, value))


_size_at_start = 0


def remember_size():
    """Note how much address space this process has: within the room there is no /proc to ask."""
    global _size_at_start
    _size_at_start = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _call(name, *arguments):
    """Call a function of the C library. Raises OSError with its name where it returns -1."""
    if getattr(_libc(), name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


def _unshare(flags):
    _call("unshare", flags)


def _mount(source, target, kind, flags, data=None):
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
    _call("mount", *encoded[:3], ctypes.c_ulong(flags), encoded[3])


def _map_user(uid, gid):
    """Be in the new user namespace who one was (user_namespaces(7))."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text)


def _follow(child):
    """End when the `child` ends, as it ended. Never returns."""
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _build(root, visible, covered):
    """Make the new root in the folder `root`, and go there for good."""
    _mount(None, "/", None, _REC | _PRIVATE)
    _mount("tmpfs", root, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    for path in dict.fromkeys((*_SYSTEM, *outermost(visible))):
        _show(root, path)
    for name in _DEVICES:
        _show(root, f"/dev/{name}", devices=True)
    for folder in (HOME, "/.old"):
        os.makedirs(root + folder, exist_ok=True)
    Path(root, ".empty").touch()
    os.makedirs(
        root + "/proc/self"
    )  # no view of processes, but the two files that TensorFlow cannot do without
    os.symlink(os.path.realpath(sys.executable), root + "/proc/self/exe")
    Path(root, "proc/self/cmdline").write_text("python\0-c\0worker\0")
    _call("syscall", _PIVOT_ROOT, os.fsencode(root), os.fsencode(root + "/.old"))
    os.chdir("/")
    for path in covered:
        _cover(path)
    _call("umount2", b"/.old", _MNT_DETACH)
    os.rmdir("/.old")
    _read_only("/", recursive=False)


def outermost(paths):
    """Those of the absolute `paths` that lie in no other one."""
    real = sorted({os.path.abspath(path) for path in paths if os.path.exists(path)})
    return [p for p in real if not any(p != q and p.startswith(q.rstrip("/") + "/") for q in real)]


def _show(root, path, devices=False):
    """Let the file or folder `path` be seen below `root`, read-only, or a link as a link."""
    inside = root + path
    if os.path.islink(path):
        os.makedirs(os.path.dirname(inside), exist_ok=True)
        os.symlink(os.readlink(path), inside)
    elif os.path.exists(path) and not os.path.lexists(inside):
        os.makedirs(inside if os.path.isdir(path) else os.path.dirname(inside), exist_ok=True)
        if not os.path.isdir(path):
            Path(inside).touch()
        _mount(path, inside, None, _BIND | _REC)
        _read_only(inside, devices=devices)


def _read_only(path, recursive=True, devices=False):
    """Make what is mounted at `path` read-only (mount_setattr, Linux 5.12)."""
    flags = _RDONLY | _NOSUID | (0 if devices else _NODEV)
    attributes = (ctypes.c_uint64 * 4)(flags, 0, 0, 0)
    how = _AT_RECURSIVE if recursive else 0
    _call("syscall", _MOUNT_SETATTR, _AT_FDCWD, os.fsencode(path), how, attributes, ctypes.sizeof(attributes))


def _cover(path):
    """Put emptiness over the file or folder `path`, if it is there."""
    if os.path.isdir(path):
        _mount("tmpfs", path, "tmpfs", _NOSUID | _NODEV | _RDONLY, "size=0,mode=755,nr_inodes=1")
    elif os.path.exists(path):
        _mount("/.empty", path, None, _BIND)


def _drop_capabilities():
    for capability in range(_LAST_CAPABILITY + 1):
        _libc().prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    version_3_this_process = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _call("capset", version_3_this_process, (ctypes.c_uint32 * 6)())
