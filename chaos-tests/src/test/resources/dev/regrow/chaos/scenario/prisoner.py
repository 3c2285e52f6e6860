# Run inside an instance: tries what must not succeed, and says what came of each try.
#   prisoner.py OUTSIDER_PID HOST_PATH...
import ctypes, errno, os, socket, sys

libc = ctypes.CDLL(None, use_errno=True)


def attempt(name, deed):
    try:
        deed()
    except OSError as refusal:
        print("refused", name, errno.errorcode.get(refusal.errno, refusal.errno), flush=True)
    else:
        print("SUCCEEDED", name, flush=True)


def syscall(number, *arguments):
    def call():
        if libc.syscall(number, *arguments) == -1:
            raise OSError(ctypes.get_errno(), "")

    return call


def write(path):
    def call():
        with open(path, "w") as file:
            file.write("1")

    return call


def read(path):
    return lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)


outsider, paths = int(sys.argv[1]), sys.argv[2:]
for path in paths + ["/etc/shadow", "/etc/gshadow", "/root", "/var/lib", "/proc/kcore", "/dev/mem", "/dev/kmsg"]:
    attempt("read " + path, read(path))
for path in ["/usr/bin/intruder", "/etc/passwd", "/bin/bash", "/lib/intruder", "/proc/sysrq-trigger",
             "/proc/sys/kernel/hostname", "/proc/sys/kernel/core_pattern", "/sys/fs/cgroup/intruder",
             "/proc/1/oom_score_adj"]:
    attempt("write " + path, write(path))
attempt("make a cgroup", lambda: os.mkdir("/sys/fs/cgroup/intruder"))
attempt("make a device", lambda: os.mknod("/tmp/device", 0o60600, os.makedev(8, 0)))
attempt("become root", lambda: os.setuid(0))
attempt("take group 0", lambda: os.setgroups([0]))
attempt("signal outside", lambda: os.kill(outsider, 0))
attempt("raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("packet socket", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
attempt("set the host's name", lambda: socket.sethostname("intruder"))
attempt("change root", lambda: os.chroot("/tmp"))
attempt("nice -20", lambda: os.setpriority(os.PRIO_PROCESS, 0, -20))
for name, number, arguments in [
        ("mount", 165, (b"none", b"/tmp", b"tmpfs", 0, None)), ("umount2", 166, (b"/proc", 2)),
        ("pivot_root", 155, (b"/tmp", b"/tmp")), ("unshare user", 272, (0x10000000,)),
        ("unshare mount", 272, (0x20000,)), ("setns", 308, (0, 0)), ("ptrace", 101, (16, 1, 0, 0)),
        ("process_vm_readv", 310, (1, None, 0, None, 0, 0)), ("init_module", 175, (None, 0, b"")),
        ("finit_module", 313, (0, b"", 0)), ("delete_module", 176, (b"dummy", 0)),
        ("kexec_load", 246, (0, 0, None, 0)), ("reboot", 169, (0xfee1dead, 672274793, 0, None)),
        ("swapon", 167, (b"/tmp/swap", 0)), ("bpf", 321, (0, None, 0)),
        ("perf_event_open", 298, (None, 0, -1, -1, 0)), ("add_key", 248, (b"user", b"k", b"v", 1, -4)),
        ("keyctl", 250, (0, -4, 0, 0, 0)), ("clock_settime", 227, (0, None)),
        ("open_by_handle_at", 304, (0, None, 0)), ("iopl", 172, (3,)), ("userfaultfd", 323, (0,)),
        ("io_uring_setup", 425, (1, None)), ("acct", 163, (b"/tmp/acct",)), ("syslog", 103, (3, None, 0)),
        ("quotactl", 179, (0, None, 0, None)), ("fsopen", 430, (b"tmpfs", 0)),
        ("move_mount", 429, (-100, b"/tmp", -100, b"/tmp", 0)), ("open_tree", 428, (-100, b"/", 1))]:
    attempt(name, syscall(number, *arguments))
for entry in os.listdir("/proc"):
    if entry.isdigit():
        with open("/proc/" + entry + "/comm") as comm:
            print("process", entry, comm.read().strip(), flush=True)
print("done", flush=True)
os.pause() if hasattr(os, "pause") else __import__("signal").pause()
