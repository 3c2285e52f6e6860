/* Tries what must not succeed from inside of an instance, each attempt in a child of its own. Prints one line each: its
   name, its kind, and 0 or the errno.

   attempts --names                         the names alone
   attempts --listen NAME                   an abstract socket, until standard input ends
   attempts [--bare] PID PATH NAME          PID: of something outside. PATH: of the host, must not be seen. NAME: of an
                                            abstract socket of the host. --bare: where nothing keeps us from it, what an
                                            attempt does to its surroundings is undone by its own namespaces.

   A "call" is refused by EPERM, EACCES or ENOSYS: any other end shows that its permission was not what failed. A "path"
   may be refused by not being there, too. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
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
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static pid_t outside;
static const char *hidden, *listener;

/* --- files ------------------------------------------------------------------------------------------------------- */

static long opened(const char *path, int flags) { return open(path, flags, 0644); }

/* Nothing is changed: a setting is given the value that it has, anything else no byte. */
static long written(const char *path) {
  char value[4096];
  int from = open(path, O_RDONLY);
  ssize_t length = from < 0 ? 0 : read(from, value, sizeof value);
  int setting = strncmp(path, "/proc/", 6) == 0;
  int fd = open(path, O_WRONLY | (setting ? 0 : O_APPEND));
  if (fd < 0) return -1;
  return write(fd, value, setting && length > 0 ? (size_t)length : 0);
}

static long triggered(const char *path, const char *what) {
  int fd = open(path, O_WRONLY);
  return fd < 0 ? -1 : write(fd, what, strlen(what));
}

static long created(const char *directory) {
  char path[512];
  snprintf(path, sizeof path, "%s/regrow-was-here", directory);
  long result = mkdir(path, 0755);
  if (result == 0) rmdir(path);
  return result;
}

static long first_byte(const char *path) {
  char byte;
  int fd = open(path, O_RDONLY | O_NONBLOCK);
  if (fd < 0) return -1;
  ssize_t length = read(fd, &byte, 1);
  if (length == 0) errno = ENOENT; /* It is masked. */
  return length == 1 || (length < 0 && errno == EAGAIN) ? 0 : -1;
}

/* Of a directory; an empty one is a mask. */
static long first_entry(const char *path) {
  DIR *directory = opendir(path);
  if (directory == NULL) return -1;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
    if (entry->d_name[0] != '.') return 0;
  errno = ENOENT;
  return -1;
}

static long device(mode_t kind, unsigned major, unsigned minor) {
  unlink("/tmp/device");
  return mknod("/tmp/device", kind | 0600, makedev(major, minor));
}

static long of_outside(const char *what, int flags) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", outside, what);
  return open(path, flags);
}

static long link_to(const char *path) {
  unlink("/tmp/link");
  if (symlink(path, "/tmp/link") != 0) return -1;
  return open("/tmp/link", O_RDONLY);
}

static long chown_away(void) {
  close(open("/tmp/mine", O_CREAT | O_WRONLY, 0644));
  return chown("/tmp/mine", 1, 1);
}

/* --- calls --------------------------------------------------------------------------------------------------------- */

/* A child that a clone made ends at once. */
static long cloned(long pid) {
  if (pid == 0) _exit(0);
  return pid;
}

static long clone3_new_user(void) {
  unsigned long args[11] = {CLONE_NEWUSER};
  args[4] = SIGCHLD;
  return cloned(syscall(435, args, sizeof args));
}

static long joined(const char *namespace, int type) {
  int fd = open(namespace, O_RDONLY);
  return fd < 0 ? -1 : setns(fd, type);
}

static long mounted_v1_with_release_agent(void) {
  mkdir("/tmp/v1", 0755);
  if (mount("cgroup", "/tmp/v1", "cgroup", 0, "none,name=regrow-attempt,release_agent=/bin/true") != 0) return -1;
  return umount2("/tmp/v1", MNT_DETACH);
}

static long mounted_overlay(void) {
  mkdir("/tmp/o", 0755), mkdir("/tmp/o/u", 0755), mkdir("/tmp/o/w", 0755), mkdir("/tmp/o/m", 0755);
  return mount("overlay", "/tmp/o/m", "overlay", 0, "lowerdir=/usr,upperdir=/tmp/o/u,workdir=/tmp/o/w");
}

static long taken_descriptor(void) {
  int fd = (int)syscall(SYS_pidfd_open, 1, 0);
  return fd < 0 ? -1 : syscall(438, fd, 0, 0);
}

static long memory_of_init(int write) {
  char byte = 0;
  struct iovec local = {&byte, 1}, remote = {(void *)0x400000, 1};
  return write ? process_vm_writev(1, &local, 1, &remote, 1, 0) : process_vm_readv(1, &local, 1, &remote, 1, 0);
}

static long same_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return syscall(SYS_clock_settime, CLOCK_REALTIME, &now);
}

static long same_day(void) {
  struct timeval now;
  gettimeofday(&now, NULL);
  return settimeofday(&now, NULL);
}

static long same_name(void) {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return sethostname(name, strlen(name));
}

static long same_domain(void) {
  char name[256] = "";
  if (getdomainname(name, sizeof name - 1) != 0) return -1;
  return setdomainname(name, strlen(name));
}

static long map(void) {
  union bpf_attr attr = {.map_type = 2, .key_size = 4, .value_size = 4, .max_entries = 1};
  return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
}

static long counter(void) {
  struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_CPU_CLOCK};
  return syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0);
}

static long terminal_input(void) {
  char character = 'x';
  return ioctl(0, TIOCSTI, &character);
}

static long console_selection(void) {
  char character = 'x';
  return ioctl(0, TIOCLINUX, &character);
}

/* Root of a machine has it. */
static long took_capability(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2];
  if (syscall(SYS_capget, &header, sets) != 0) return -1;
  sets[0].permitted |= 1u << CAP_SYS_ADMIN, sets[0].effective |= 1u << CAP_SYS_ADMIN;
  return syscall(SYS_capset, &header, sets);
}

/* Of a program, for whoever runs it: CAP_SYS_ADMIN. */
static long capable_file(void) {
  close(open("/tmp/mine", O_CREAT | O_WRONLY, 0755));
  struct vfs_cap_data data = {.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE, .data[0].permitted = 1u << CAP_SYS_ADMIN};
  return setxattr("/tmp/mine", "security.capability", &data, XATTR_CAPS_SZ_2, 0);
}

static long became_root(void) {
  return getuid() == 0 && getenv("BARE") == NULL ? (errno = EPERM, -1) : setuid(0);
}

static long inherited(void) {
  for (int fd = 3; fd < 1024; fd++)
    if (fcntl(fd, F_GETFD) >= 0) return 0;
  errno = EPERM;
  return -1;
}

static long entered(void) {
  for (int fd = 3; fd < 1024; fd++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (chdir(path) == 0) return 0;
  }
  errno = EPERM;
  return -1;
}

static long address(struct sockaddr_un *to, const char *name) {
  memset(to, 0, sizeof *to);
  to->sun_family = AF_UNIX;
  strncpy(to->sun_path + 1, name, sizeof to->sun_path - 2);
  return (long)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}

static long connected(void) {
  struct sockaddr_un to;
  socklen_t length = (socklen_t)address(&to, listener);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  long result = connect(fd, (struct sockaddr *)&to, length);
  if (result != 0 && errno == ECONNREFUSED) errno = EPERM; /* Nobody has that name: it is another network's. */
  return result;
}

/* --- the list ------------------------------------------------------------------------------------------------------- */

#define PATHS(X) \
  X("write:/proc/sys/kernel/core_pattern", written("/proc/sys/kernel/core_pattern")) \
  X("write:/proc/sys/kernel/modprobe", written("/proc/sys/kernel/modprobe")) \
  X("write:/proc/sys/kernel/hostname", written("/proc/sys/kernel/hostname")) \
  X("write:/proc/sys/vm/overcommit_memory", written("/proc/sys/vm/overcommit_memory")) \
  X("write:/proc/sys/vm/drop_caches", triggered("/proc/sys/vm/drop_caches", "1")) \
  X("write:/proc/sys/net/ipv4/ip_forward", written("/proc/sys/net/ipv4/ip_forward")) \
  X("write:/proc/sysrq-trigger", triggered("/proc/sysrq-trigger", "h")) \
  X("write:/proc/1/oom_score_adj", written("/proc/1/oom_score_adj")) \
  X("write:/sys/kernel/mm", triggered("/sys/kernel/mm/ksm/run", "0")) \
  X("write:/etc/passwd", written("/etc/passwd")) \
  X("write:/etc/hosts", written("/etc/hosts")) \
  X("write:/etc/hostname", written("/etc/hostname")) \
  X("write:/etc/resolv.conf", written("/etc/resolv.conf")) \
  X("write:/usr/bin/env", written("/usr/bin/env")) \
  X("create:/", created("/")) \
  X("create:/usr", created("/usr")) \
  X("create:/usr/bin", created("/usr/bin")) \
  X("create:/etc", created("/etc")) \
  X("create:/opt", created("/opt")) \
  X("create:/dev", created("/dev")) \
  X("create:/var", created("/var")) \
  X("create:/sys/fs/cgroup", created("/sys/fs/cgroup")) \
  X("read:/etc/shadow", opened("/etc/shadow", O_RDONLY)) \
  X("read:/etc/gshadow", opened("/etc/gshadow", O_RDONLY)) \
  X("read:/root", opened("/root", O_RDONLY)) \
  X("read:/home", opened("/home", O_RDONLY)) \
  X("read:/var/lib", opened("/var/lib", O_RDONLY)) \
  X("read:/var/log", opened("/var/log", O_RDONLY)) \
  X("read:/boot", opened("/boot", O_RDONLY)) \
  X("read:/proc/kcore", first_byte("/proc/kcore")) \
  X("read:/proc/kmsg", opened("/proc/kmsg", O_RDONLY | O_NONBLOCK)) \
  X("read:/proc/keys", first_byte("/proc/keys")) \
  X("read:/proc/timer_list", first_byte("/proc/timer_list")) \
  X("read:/sys/firmware", first_entry("/sys/firmware")) \
  X("read:/dev/kmsg", opened("/dev/kmsg", O_RDONLY | O_NONBLOCK)) \
  X("read:/dev/mem", opened("/dev/mem", O_RDONLY)) \
  X("read:/dev/port", opened("/dev/port", O_RDONLY)) \
  X("read-host-path", opened(hidden, O_RDONLY)) \
  X("read-host-path-by-link", link_to(hidden)) \
  X("see-outside", of_outside("status", O_RDONLY)) \
  X("root-of-outside", of_outside("root/etc", O_RDONLY)) \
  X("fd-of-outside", of_outside("fd/0", O_RDONLY)) \
  X("init-mem", opened("/proc/1/mem", O_RDWR)) \
  X("init-exe-write", opened("/proc/1/exe", O_WRONLY)) \
  X("init-exe-read", opened("/proc/1/exe", O_RDONLY)) \
  X("init-root", opened("/proc/1/root/etc", O_RDONLY)) \
  X("init-cwd", opened("/proc/1/cwd/", O_RDONLY)) \
  X("init-environ", first_byte("/proc/1/environ")) \
  X("init-fds", opened("/proc/1/fd/", O_RDONLY)) \
  X("kill-outside", kill(outside, 0)) \
  X("ptrace-outside", ptrace(PTRACE_SEIZE, outside, 0, 0)) \
  X("fd-leak", inherited()) \
  X("chdir-by-fd", entered()) \
  X("abstract-socket", connected())

#define CALLS(X) \
  X("mount-tmpfs", mount("tmpfs", "/tmp", "tmpfs", 0, NULL)) \
  X("mount-proc", mount("proc", "/tmp", "proc", 0, NULL)) \
  X("mount-bind", mount("/usr", "/tmp", NULL, MS_BIND, NULL)) \
  X("mount-move", mount("/proc", "/tmp", NULL, MS_MOVE, NULL)) \
  X("mount-shared", mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL)) \
  X("mount-overlay", mounted_overlay()) \
  X("mount-release-agent", mounted_v1_with_release_agent()) \
  X("umount-proc", umount2("/proc", MNT_DETACH)) \
  X("pivot-root", syscall(SYS_pivot_root, "/tmp", "/tmp")) \
  X("chroot", chroot("/tmp")) \
  X("open-tree", syscall(428, AT_FDCWD, "/", 1)) \
  X("move-mount", syscall(429, AT_FDCWD, "/proc", AT_FDCWD, "/tmp", 0)) \
  X("fsopen", syscall(430, "tmpfs", 0)) \
  X("mount-setattr", syscall(442, AT_FDCWD, "/", 0, NULL, 0)) \
  X("unshare-user", unshare(CLONE_NEWUSER)) \
  X("unshare-mount", unshare(CLONE_NEWNS)) \
  X("unshare-net", unshare(CLONE_NEWNET)) \
  X("unshare-cgroup", unshare(CLONE_NEWCGROUP)) \
  X("unshare-pid", unshare(CLONE_NEWPID)) \
  X("setns-mount", joined("/proc/self/ns/mnt", CLONE_NEWNS)) \
  X("setns-net", joined("/proc/self/ns/net", CLONE_NEWNET)) \
  X("clone-newuser", cloned(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0))) \
  X("clone3-newuser", clone3_new_user()) \
  X("ptrace-init", ptrace(PTRACE_SEIZE, 1, 0, 0)) \
  X("process-vm-readv", memory_of_init(0)) \
  X("process-vm-writev", memory_of_init(1)) \
  X("pidfd-getfd", taken_descriptor()) \
  X("priority", setpriority(PRIO_PROCESS, 0, -10)) \
  X("rlimit-core", setrlimit(RLIMIT_CORE, &(struct rlimit){1 << 20, 1 << 20})) \
  X("init-module", syscall(SYS_init_module, "", 0, "")) \
  X("finit-module", syscall(SYS_finit_module, 0, "", 0)) \
  X("delete-module", syscall(SYS_delete_module, "none", 0)) \
  X("kexec-load", syscall(SYS_kexec_load, 0, 0, NULL, 0)) \
  X("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0 /* Ctrl-Alt-Del is told to be a signal */, NULL)) \
  X("swapon", swapon("/tmp/none", 0)) \
  X("swapoff", swapoff("/tmp/none")) \
  X("settimeofday", same_day()) \
  X("clock-settime", same_time()) \
  X("adjtimex", adjtimex(&(struct timex){.modes = ADJ_OFFSET})) \
  X("sethostname", same_name()) \
  X("setdomainname", same_domain()) \
  X("syslog", syscall(SYS_syslog, 3, "", 0)) \
  X("acct", syscall(SYS_acct, "/tmp/none")) \
  X("bpf", map()) \
  X("perf", counter()) \
  X("keyctl", syscall(SYS_keyctl, 0, -3, 0)) \
  X("add-key", syscall(SYS_add_key, "user", "x", "y", 1, -3)) \
  X("request-key", syscall(SYS_request_key, "user", "x", NULL, 0)) \
  X("userfaultfd", syscall(SYS_userfaultfd, 0)) \
  X("io-uring", syscall(425, 1, NULL)) \
  X("name-to-handle", syscall(SYS_name_to_handle_at, AT_FDCWD, "/", NULL, NULL, 0)) \
  X("open-by-handle", syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, 0)) \
  X("fanotify", syscall(SYS_fanotify_init, 0, 0)) \
  X("quotactl", syscall(SYS_quotactl, 0, "/", 0, NULL)) \
  X("personality", syscall(SYS_personality, 0x0400000 /* READ_IMPLIES_EXEC */)) \
  X("tiocsti", terminal_input()) \
  X("tioclinux", console_selection()) \
  X("mknod-block", device(S_IFBLK, 254, 0)) \
  X("mknod-mem", device(S_IFCHR, 1, 1)) \
  X("mknod-null", device(S_IFCHR, 1, 3)) \
  X("chown", chown_away()) \
  X("capset", took_capability()) \
  X("file-capability", capable_file()) \
  X("setuid-root", became_root()) \
  X("raw-socket", socket(AF_INET, SOCK_RAW, 1)) \
  X("raw6-socket", socket(AF_INET6, SOCK_RAW, 58)) \
  X("packet-socket", socket(AF_PACKET, SOCK_RAW, 0)) \
  X("netlink-audit", socket(AF_NETLINK, SOCK_RAW, 9)) \
  X("netlink-netfilter", socket(AF_NETLINK, SOCK_RAW, 12)) \
  X("vsock", socket(40, SOCK_STREAM, 0)) \
  X("alg", socket(38, SOCK_SEQPACKET, 0)) \
  PORTS(X)

#if defined __x86_64__
#define PORTS(X) X("iopl", syscall(SYS_iopl, 3)) X("ioperm", syscall(SYS_ioperm, 0, 1, 1))
#else
#define PORTS(X)
#endif

struct attempt {
  const char *name, *kind;
  int number;
};

enum { NO_CALL = __COUNTER__ };
#define PATH_ROW(name, act) {name, "path", __COUNTER__ - NO_CALL},
#define CALL_ROW(name, act) {name, "call", __COUNTER__ - NO_CALL},
static const struct attempt attempts[] = {PATHS(PATH_ROW) CALLS(CALL_ROW)};

enum { FIRST_CASE = __COUNTER__ };
#define CASE(name, act) case __COUNTER__ - FIRST_CASE: return act;
static long try(int number) {
  switch (number) { PATHS(CASE) CALLS(CASE) }
  return -1;
}

/* In a child, so that none meets what another left; 0 or the errno. */
static int tried(const struct attempt *attempt, int bare) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    if (bare && (unshare(CLONE_NEWNS | CLONE_NEWUTS) != 0 || mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) != 0)) _exit(255);
    if (bare) mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
    errno = 0;
    long result = try(attempt->number);
    _exit(result < 0 ? errno : 0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status) == SIGSYS ? ENOSYS : 254;
}

static int listening(const char *name) {
  struct sockaddr_un here;
  socklen_t length = (socklen_t)address(&here, name);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(fd, (struct sockaddr *)&here, length) != 0 || listen(fd, 8) != 0) return 1;
  puts("listening");
  fflush(stdout);
  return getchar() == EOF ? 0 : 1;
}

int main(int argc, char **argv) {
  size_t count = sizeof attempts / sizeof *attempts;
  if (argc == 2 && strcmp(argv[1], "--names") == 0) {
    for (size_t i = 0; i < count; i++) puts(attempts[i].name);
    return 0;
  }
  if (argc == 3 && strcmp(argv[1], "--listen") == 0) return listening(argv[2]);
  int bare = argc == 5 && strcmp(argv[1], "--bare") == 0;
  if (argc != 4 + bare) return 2;
  outside = atoi(argv[1 + bare]);
  hidden = argv[2 + bare];
  listener = argv[3 + bare];
  if (bare) setenv("BARE", "1", 1);
  if (bare) dup2(0, 100), dup2(open("/", O_RDONLY), 101); /* A careless launcher's. */
  for (size_t i = 0; i < count; i++) printf("%s %s %d\n", attempts[i].name, attempts[i].kind, tried(&attempts[i], bare));
  puts("done call 0");
  return 0;
}
