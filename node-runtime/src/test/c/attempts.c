/* Tries, from inside of an instance, what must not succeed. Prints one line each: name, and 0 or the errno. argv: the host's
   pid of something outside, and a path of the host that must not be there. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void tell(const char *name, long result) {
  printf("%s %d\n", name, result < 0 ? errno : 0);
  fflush(stdout);
}

static long write_to(const char *path) {
  int fd = open(path, O_WRONLY | O_APPEND);
  if (fd < 0) return -1;
  long result = write(fd, "1", 1);
  close(fd);
  return result;
}

static long create_in(const char *directory) {
  char path[512];
  snprintf(path, sizeof path, "%s/regrow-was-here", directory);
  return open(path, O_WRONLY | O_CREAT, 0644);
}

static long read_from(const char *path) {
  char byte;
  int fd = open(path, O_RDONLY);
  return fd < 0 ? -1 : read(fd, &byte, 1);
}

static void mounts(void) {
  tell("mount-tmpfs", mount("tmpfs", "/tmp", "tmpfs", 0, NULL));
  tell("mount-proc", mount("proc", "/tmp", "proc", 0, NULL));
  tell("mount-remount-usr", mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL));
  tell("umount-proc-sys", umount2("/proc/sys", MNT_DETACH));
  tell("umount-masked", umount2("/proc/kcore", MNT_DETACH));
  tell("pivot-root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
  tell("chroot", chroot("/tmp"));
  tell("open-tree", syscall(428, AT_FDCWD, "/", 1));
  tell("fsopen", syscall(430, "tmpfs", 0));
  tell("mount-setattr", syscall(442, AT_FDCWD, "/", 0, NULL, 0));
}

static void namespaces(void) {
  tell("unshare-user", unshare(CLONE_NEWUSER));
  tell("unshare-mount", unshare(CLONE_NEWNS));
  tell("unshare-net", unshare(CLONE_NEWNET));
  tell("setns", setns(open("/proc/self/ns/mnt", O_RDONLY), CLONE_NEWNS));
  tell("clone-newuser", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  char args[88] = {0};
  tell("clone3-newuser", syscall(435, args, sizeof args));
}

static void processes(int outside) {
  tell("ptrace-init", ptrace(PTRACE_ATTACH, 1, 0, 0));
  tell("ptrace-outside", ptrace(PTRACE_ATTACH, outside, 0, 0));
  tell("kill-outside", kill(outside, 0));
  char byte;
  struct iovec local = {&byte, 1}, remote = {(void *)0x400000, 1};
  tell("process-vm-readv", process_vm_readv(1, &local, 1, &remote, 1, 0));
  tell("process-vm-writev", process_vm_writev(1, &local, 1, &remote, 1, 0));
  tell("init-mem", open("/proc/1/mem", O_RDWR));
  tell("init-exe-write", open("/proc/1/exe", O_WRONLY));
  tell("init-exe-read", open("/proc/1/exe", O_RDONLY));
  tell("init-root", open("/proc/1/root/etc", O_RDONLY));
  tell("init-environ", read_from("/proc/1/environ"));
  tell("init-fds", open("/proc/1/fd/0", O_RDONLY));
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/status", outside);
  tell("see-outside", open(path, O_RDONLY));
  tell("pidfd-getfd", syscall(438, 3, 0, 0));
  tell("priority", setpriority(PRIO_PROCESS, 0, -10));
  tell("rlimit-core", setrlimit(RLIMIT_CORE, &(struct rlimit){1 << 20, 1 << 20}));
}

static void kernel(void) {
  tell("init-module", syscall(SYS_init_module, "", 0, ""));
  tell("finit-module", syscall(SYS_finit_module, 0, "", 0));
  tell("delete-module", syscall(SYS_delete_module, "none", 0));
  tell("kexec-load", syscall(SYS_kexec_load, 0, 0, NULL, 0));
  tell("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL));
  tell("swapon", swapon("/tmp/none", 0));
  tell("swapoff", swapoff("/tmp/none"));
  tell("settimeofday", settimeofday(&(struct timeval){1, 1}, NULL));
  tell("clock-settime", syscall(SYS_clock_settime, 0, &(struct timespec){1, 1}));
  tell("adjtimex", adjtimex(&(struct timex){.modes = ADJ_OFFSET}));
  tell("sethostname", sethostname("x", 1));
  tell("setdomainname", setdomainname("x", 1));
  tell("syslog", syscall(SYS_syslog, 3, "", 0));
  tell("acct", syscall(SYS_acct, "/tmp/none"));
  tell("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &(union bpf_attr){.map_type = 2, .key_size = 4, .value_size = 4, .max_entries = 1}, sizeof(union bpf_attr)));
  tell("perf", syscall(SYS_perf_event_open, &(struct perf_event_attr){.size = sizeof(struct perf_event_attr)}, 0, -1, -1, 0));
  tell("keyctl", syscall(SYS_keyctl, 0, -3, 0));
  tell("add-key", syscall(SYS_add_key, "user", "x", "y", 1, -3));
  tell("request-key", syscall(SYS_request_key, "user", "x", NULL, 0));
  tell("userfaultfd", syscall(SYS_userfaultfd, 0));
  tell("io-uring", syscall(425, 1, NULL));
  tell("name-to-handle", syscall(SYS_name_to_handle_at, AT_FDCWD, "/", NULL, NULL, 0));
  tell("open-by-handle", syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, 0));
  tell("fanotify", syscall(SYS_fanotify_init, 0, 0));
  tell("quotactl", syscall(SYS_quotactl, 0, "/", 0, NULL));
#ifdef SYS_iopl
  tell("iopl", syscall(SYS_iopl, 3));
  tell("ioperm", syscall(SYS_ioperm, 0, 1, 1));
#endif
  tell("personality", syscall(SYS_personality, 0x0400000 /* READ_IMPLIES_EXEC */));
  char character = 'x';
  tell("tiocsti", ioctl(0, TIOCSTI, &character));
  tell("tioclinux", ioctl(0, TIOCLINUX, &character));
}

static void files(const char *hidden) {
  static const char *const written[] = {
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger",
    "/proc/sys/net/ipv4/ip_forward", "/sys/kernel/uevent_helper", "/etc/passwd", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/usr/bin/env", "/bin/sh",
  };
  char name[128];
  for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
    snprintf(name, sizeof name, "write:%s", written[i]);
    tell(name, write_to(written[i]));
  }
  static const char *const directories[] = {"/", "/usr", "/usr/bin", "/bin", "/lib", "/etc", "/sys", "/proc", "/opt", "/dev", "/var", "/sys/fs/cgroup"};
  for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
    snprintf(name, sizeof name, "create:%s", directories[i]);
    tell(name, create_in(directories[i]));
  }
  static const char *const read[] = {"/etc/shadow", "/etc/gshadow", "/etc/ssl/private", "/root", "/home", "/var/lib", "/var/log", "/boot", "/run/regrow", "/proc/kmsg", "/dev/kmsg", "/dev/mem", "/dev/vda", "/dev/sda", "/sys/kernel/debug/tracing", "/sys/fs/cgroup/memory"};
  for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
    snprintf(name, sizeof name, "read:%s", read[i]);
    tell(name, open(read[i], O_RDONLY));
  }
  tell("read-host-path", open(hidden, O_RDONLY));
  tell("mknod-block", mknod("/tmp/disk", S_IFBLK | 0600, makedev(254, 0)));
  tell("mknod-mem", mknod("/tmp/mem", S_IFCHR | 0600, makedev(1, 1)));
  tell("mknodat-null", mknodat(AT_FDCWD, "/tmp/null", S_IFCHR | 0600, makedev(1, 3)));
  tell("chown", (close(open("/tmp/mine", O_CREAT | O_WRONLY, 0644)), chown("/tmp/mine", 1, 1)));
  tell("setuid-root", getuid() == 0 ? (errno = EPERM, -1) : setuid(0));
}

static void network(void) {
  tell("raw-socket", socket(AF_INET, SOCK_RAW, 1));
  tell("raw6-socket", socket(AF_INET6, SOCK_RAW, 58));
  tell("packet-socket", socket(AF_PACKET, SOCK_RAW, 0));
  tell("netlink-audit", socket(AF_NETLINK, SOCK_RAW, 9));
  tell("netlink-netfilter", socket(AF_NETLINK, SOCK_RAW, 12));
  tell("vsock", socket(40, SOCK_STREAM, 0));
  tell("alg", socket(38, SOCK_SEQPACKET, 0));
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  errno = EBADF;
  long leaked = -1;
  for (int fd = 3; fd < 1024; fd++) if (fcntl(fd, F_GETFD) >= 0) leaked = fd;
  errno = EBADF;
  tell("fd-leak", leaked);
  mounts();
  namespaces();
  processes(atoi(argv[1]));
  kernel();
  files(argv[2]);
  network();
  puts("done 0");
  return 0;
}
