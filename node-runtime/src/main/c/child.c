/* From clone to exec, and then PID 1 of the instance: forwards signals, reaps, and tells how the workload ended. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int report = -1;

void child_fail(const char *stage, const char *what) {
  int error = errno;
  struct text text = {.length = 0};
  text_add(&text, stage);
  text_add(&text, " ");
  text_number(&text, (uint64_t)error);
  text_add(&text, " ");
  text_add(&text, what);
  write_all(report, text.bytes, text.length);
  _exit(125);
}

static void must(long result, const char *stage, const char *what) {
  if (result < 0) child_fail(stage, what);
}

static void join_cgroups(const struct config *config, const struct channels *channels) {
  for (size_t i = 0; i < config->tasks_count; i++) must(write(channels->tasks[i], "0", 1), "cgroup", config->tasks[i]);
  must(unshare(CLONE_NEWCGROUP), "namespace", "cgroup");
}

static void loopback_up(void) {
  struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
  memcpy(request.ifr_name, "lo", 3);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(fd, "network", "lo");
  must(ioctl(fd, SIOCSIFFLAGS, &request), "network", "lo");
  close(fd);
}

/* While /proc is still the host's: what is under net/ there is the reader's own network namespace. */
static void set_sysctls(const struct config *config) {
  int sys = open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
  must(sys, "network", "/proc/sys");
  for (size_t i = 0; i < config->sysctls_count; i++) {
    const char *equals = strchr(config->sysctls[i], '=');
    struct text path = {.length = 0};
    text_add(&path, config->sysctls[i]);
    if (equals == NULL || strncmp(config->sysctls[i], "net/", 4) != 0 || config->network != NETWORK_NONE) errno = EINVAL, child_fail("network", config->sysctls[i]);
    path.bytes[equals - config->sysctls[i]] = 0;
    must(write_file(sys, path.bytes, equals + 1), "network", config->sysctls[i]);
  }
  close(sys);
}

static void set_limits(const struct config *config) {
  for (size_t i = 0; i < config->limits_count; i++) {
    struct rlimit limit = {config->limits[i].soft, config->limits[i].hard};
    must(setrlimit(config->limits[i].resource, &limit), "rlimit", "setrlimit");
  }
  if (config->oom_score_adj != 0) {
    struct text text = {.length = 0};
    if (config->oom_score_adj < 0) text_add(&text, "-");
    text_number(&text, (uint64_t)(config->oom_score_adj < 0 ? -config->oom_score_adj : config->oom_score_adj));
    must(write_file(AT_FDCWD, "/proc/self/oom_score_adj", text.bytes), "rlimit", "oom_score_adj");
  }
}

/* Gives up every power, here and for what is executed later. The mount, pid, network, ipc and uts namespaces belong to
   the host's user namespace: even every capability of the instance's own would give no power over them. */
static void give_up_powers(const struct config *config, int userns) {
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "confine", "no_new_privs");
  must(setns(userns, CLONE_NEWUSER), "confine", "user namespace");
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    must(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "confine", "bounding set");
  must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "confine", "ambient set");
  must(prctl(PR_SET_SECUREBITS, SECURE_ALL_BITS | SECURE_ALL_LOCKS, 0, 0, 0), "confine", "securebits");
  must(setgroups(0, NULL), "confine", "setgroups");
  must(setresgid(config->gid, config->gid, config->gid), "confine", "setresgid");
  must(setresuid(config->uid, config->uid, config->uid), "confine", "setresuid");
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  must(syscall(SYS_capset, &header, none), "confine", "capset");
}

static void filter_calls(const struct config *config) {
  struct sock_fprog program = {(unsigned short)config->filter_length, config->filter};
  must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "confine", "seccomp");
}

static void find_and_execute(const struct config *config) {
  const char *name = config->argv[0], *path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  if (strchr(name, '/') != NULL) {
    execve(name, config->argv, config->envp);
    child_fail("exec", name);
  }
  for (size_t i = 0; i < config->envc; i++) if (strncmp(config->envp[i], "PATH=", 5) == 0) path = config->envp[i] + 5;
  int error = ENOENT;
  while (*path != 0) {
    size_t length = strcspn(path, ":");
    struct text candidate = {.length = 0};
    if (length > 0 && length < 1024) {
      memcpy(candidate.bytes, path, length);
      candidate.length = length;
      text_add(&candidate, "/");
      text_add(&candidate, name);
      execve(candidate.bytes, config->argv, config->envp);
      if (errno != ENOENT && errno != ENOTDIR) error = errno;
    }
    path += length + (path[length] == ':');
  }
  errno = error;
  child_fail("exec", name);
}

static void workload_run(const struct config *config, const struct channels *channels) {
  struct message message = {READY, 0};
  /* The shim learns our pid on the host from the credentials that the kernel adds, and answers once it holds a pidfd. */
  must(write(channels->socket, &message, sizeof message), "exec", "shim");
  must(read(channels->socket, &message, sizeof message) == sizeof message ? 0 : -1, "exec", "shim");
  setsid();
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  must(null, "exec", "/dev/null");
  must(dup2(null, 0) | dup2(channels->out, 1) | dup2(channels->err, 2), "exec", "stdio");
  must(syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */), "exec", "close_range");
  must(chdir(config->workdir), "workdir", config->workdir);
  signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  umask(config->umask);
  find_and_execute(config);
}

static void reap(pid_t workload, int socket) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid != workload) continue;
    struct message message = {ENDED, status};
    write_all(socket, (const char *)&message, sizeof message);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
}

/* Blocked signals reach even PID 1, which the kernel would spare those without a handler. */
static void init_run(pid_t workload, int socket, int signals) {
  struct pollfd watched[] = {{signals, POLLIN, 0}, {socket, 0, 0}};
  for (;;) {
    if (poll(watched, 2, -1) < 0 && errno != EINTR) _exit(125);
    if (watched[1].revents) _exit(125); /* The shim is gone: so is everything here. PDEATHSIG says the same. */
    struct signalfd_siginfo signal;
    if (watched[0].revents == 0 || read(signals, &signal, sizeof signal) != sizeof signal) continue;
    if (signal.ssi_signo == SIGCHLD) reap(workload, socket);
    else kill(workload, (int)signal.ssi_signo);
  }
}

void child_run(const struct config *config, const struct channels *channels) {
  report = channels->report;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  join_cgroups(config, channels);
  must(sethostname(config->host_name, strlen(config->host_name)), "namespace", "host name");
  if (config->network == NETWORK_NONE) loopback_up();
  if (config->sysctls_count > 0) set_sysctls(config);
  set_limits(config);
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL); /* not the agent's; where the kernel has keys at all */
  root_build(config, channels->userns);
  give_up_powers(config, channels->userns);
  /* Changing ids cleared both. Not dumpable: nobody inside may open our /proc/1/exe, which is the shim's binary. */
  must(prctl(PR_SET_PDEATHSIG, SIGKILL), "confine", "death signal");
  must(prctl(PR_SET_DUMPABLE, 0), "confine", "dumpable");
  prctl(PR_SET_NAME, "regrow-init");
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  int signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
  must(signals, "init", "signalfd");
  filter_calls(config);
  pid_t workload = fork();
  must(workload, "init", "fork");
  if (workload == 0) workload_run(config, channels);
  int keep_low = channels->socket < signals ? channels->socket : signals;
  int keep_high = channels->socket < signals ? signals : channels->socket;
  if (keep_low > 0) syscall(SYS_close_range, 0, keep_low - 1, 0);
  if (keep_high > keep_low + 1) syscall(SYS_close_range, keep_low + 1, keep_high - 1, 0);
  syscall(SYS_close_range, keep_high + 1, ~0u, 0);
  config_forget();
  init_run(workload, channels->socket, signals);
  _exit(125);
}
