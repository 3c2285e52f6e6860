/* From clone to exec, and then PID 1 of the instance: forwards signals, reaps, and tells how the workload ended. */
#define _GNU_SOURCE
#include "shim.h"

#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

static int report = -1;

void child_fail(long error, const char *stage, const char *what) {
  struct text text;
  text_start(&text, stage);
  text_add(&text, " ");
  text_number(&text, (uint64_t)-error);
  text_add(&text, " ");
  text_add(&text, what);
  write_all(report, text.bytes, text.length);
  sys_exit_group(125);
}

void child_reports_to(int fd) {
  report = fd;
}

static long must(long result, const char *stage, const char *what) {
  if (result < 0) child_fail(result, stage, what);
  return result;
}

static void join_cgroups(const struct config *config, const struct channels *channels) {
  for (size_t i = 0; i < config->tasks_count; i++) must(sys_write(channels->tasks[i], "0", 1), "cgroup", config->tasks[i]);
  must(sys_unshare(CLONE_NEWCGROUP), "namespace", "cgroup");
}

/* The agent made it, and an address in it; it belongs to the host's user namespace like one of our own. */
static void join_network(const char *path) {
  int fd = (int)must(sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0), "network", path);
  must(sys_setns(fd, CLONE_NEWNET), "network", path);
  sys_close(fd);
}

/* While /proc is still the host's: what is under net/ there is the reader's own network namespace. */
static void set_sysctls(const struct config *config) {
  int sys = (int)must(sys_openat(AT_FDCWD, "/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC, 0), "network", "/proc/sys");
  for (size_t i = 0; i < config->sysctls_count; i++) {
    const char *equals = strchr(config->sysctls[i], '=');
    struct text path;
    text_start(&path, config->sysctls[i]);
    if (equals == NULL || strncmp(config->sysctls[i], "net/", 4) != 0 || config->network == NETWORK_HOST) child_fail(-EINVAL, "network", config->sysctls[i]);
    path.bytes[equals - config->sysctls[i]] = 0;
    must(write_file(sys, path.bytes, equals + 1), "network", config->sysctls[i]);
  }
  sys_close(sys);
}

void child_set_limits(const struct config *config) {
  for (size_t i = 0; i < config->limits_count; i++) {
    const uint64_t limit[] = {config->limits[i].soft, config->limits[i].hard};
    must(sys_prlimit(config->limits[i].resource, limit), "rlimit", "prlimit");
  }
  if (config->oom_score_adj != 0) {
    struct text text;
    text_start(&text, config->oom_score_adj < 0 ? "-" : "");
    text_number(&text, (uint64_t)(config->oom_score_adj < 0 ? -config->oom_score_adj : config->oom_score_adj));
    must(write_file(AT_FDCWD, "/proc/self/oom_score_adj", text.bytes), "rlimit", "oom_score_adj");
  }
}

/* Has these capabilities and no other, and so has what it executes. */
static void hold(uint64_t capabilities) {
  uint32_t low = (uint32_t)capabilities, high = (uint32_t)(capabilities >> 32);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2] = {{low, low, low}, {high, high, high}};
  must(sys_capset(&header, sets), "confine", "capset");
  must(sys_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0), "confine", "ambient set");
  for (int capability = 0; capability < 64; capability++)
    if (capabilities >> capability & 1) must(sys_prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability), "confine", "ambient set");
}

/* Gives up every power but what was granted, here and for what is executed later. The mount, pid, network, ipc and uts
   namespaces belong to the host's user namespace: even every capability of the instance's own would give no power over
   them. Granted ones come by the ambient set alone, never by being root; who changes from root to another user loses
   them, as everywhere. */
static void give_up_powers(const struct config *config, int userns) {
  int bits = config->capabilities == 0 ? SECURE_ALL_BITS | SECURE_ALL_LOCKS : SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;
  must(sys_prctl(PR_SET_NO_NEW_PRIVS, 1, 0), "confine", "no_new_privs");
  must(sys_setns(userns, CLONE_NEWUSER), "confine", "user namespace");
  for (int capability = 0; sys_prctl(PR_CAPBSET_READ, capability, 0) >= 0; capability++)
    if (!(config->capabilities >> capability & 1)) must(sys_prctl(PR_CAPBSET_DROP, capability, 0), "confine", "bounding set");
  must(sys_prctl(PR_SET_SECUREBITS, bits, 0), "confine", "securebits");
  must(sys_setgroups(0, NULL), "confine", "setgroups");
  must(sys_setresgid(config->gid), "confine", "setresgid");
  must(sys_setresuid(config->uid), "confine", "setresuid");
  hold(config->capabilities);
}

void child_confine(const struct config *config, int userns) {
  give_up_powers(config, userns);
  /* Changing ids cleared both. Not dumpable: nobody inside may open our /proc/PID/exe, which is the shim's binary. */
  must(sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0), "confine", "death signal");
  must(sys_prctl(PR_SET_DUMPABLE, 0, 0), "confine", "dumpable");
}

void child_filter_calls(const struct config *config) {
  struct sock_fprog program = {(unsigned short)config->filter_length, config->filter};
  must(sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program), "confine", "seccomp");
}

void child_execute(const struct config *config) {
  const char *name = config->argv[0], *path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  if (strchr(name, '/') != NULL) {
    child_fail(sys_execve(name, config->argv, config->envp), "exec", name);
  }
  for (size_t i = 0; i < config->envc; i++) if (strncmp(config->envp[i], "PATH=", 5) == 0) path = config->envp[i] + 5;
  long error = -ENOENT;
  while (*path != 0) {
    const char *colon = strchr(path, ':');
    size_t length = colon != NULL ? (size_t)(colon - path) : strlen(path);
    struct text candidate;
    if (length > 0 && length < 1024) {
      memcpy(candidate.bytes, path, length);
      candidate.length = length;
      text_add(&candidate, "/");
      text_add(&candidate, name);
      long result = sys_execve(candidate.bytes, config->argv, config->envp);
      if (result != -ENOENT && result != -ENOTDIR) error = result;
    }
    path += length + (path[length] == ':');
  }
  child_fail(error, "exec", name);
}

void child_close_all_but(int first, int one, int other) {
  int low = one < other ? one : other, high = one < other ? other : one;
  if (low > first) must(sys_close_range((unsigned)first, (unsigned)low - 1, 0), "exec", "close_range");
  if (high > low + 1) must(sys_close_range((unsigned)low + 1, (unsigned)high - 1, 0), "exec", "close_range");
  must(sys_close_range((unsigned)high + 1, ~0u, 0), "exec", "close_range");
}

/* In the instance, / is its own; but a link of /proc leads to where something open is, or another process, wherever that
   may be. */
void child_enter(const char *directory) {
  struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS};
  int fd = (int)must(sys_openat2(AT_FDCWD, directory, &how, sizeof how), "workdir", directory);
  must(sys_fchdir(fd), "workdir", directory);
  sys_close(fd);
}

static void workload_run(const struct config *config, const struct channels *channels) {
  struct message message = {READY, 0};
  /* The shim learns our pid on the host from the credentials that the kernel adds, and answers once it holds a pidfd.
     Meanwhile we go on up to exec. */
  must(sys_write(channels->socket, &message, sizeof message), "exec", "shim");
  sys_setsid();
  int null = (int)must(sys_openat(AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0), "exec", "/dev/null");
  must(sys_dup3(null, 0, 0) | sys_dup3(channels->out, 1, 0) | sys_dup3(channels->err, 2, 0), "exec", "stdio");
  child_close_all_but(3, channels->socket, channels->report);
  child_enter(config->workdir);
  sys_umask(config->umask);
  must(sys_read(channels->socket, &message, sizeof message) == sizeof message ? 0 : -EPIPE, "exec", "shim");
  sys_sigmask(0);
  child_execute(config);
}

static void reap(pid_t workload, int socket) {
  int status;
  pid_t pid;
  while ((pid = (pid_t)sys_wait4(-1, &status, WNOHANG)) > 0) {
    if (pid != workload) continue;
    struct message message = {ENDED, status};
    write_all(socket, (const char *)&message, sizeof message);
    sys_exit_group(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
}

/* Blocked signals reach even PID 1, which the kernel would spare those without a handler. */
static void init_run(pid_t workload, int socket, int signals) __attribute__((noreturn));
static void init_run(pid_t workload, int socket, int signals) {
  struct pollfd watched[] = {{signals, POLLIN, 0}, {socket, 0, 0}};
  for (;;) {
    long ready = sys_poll(watched, 2, NULL);
    if (ready < 0 && ready != -EINTR) sys_exit_group(125);
    if (watched[1].revents) sys_exit_group(125); /* The shim is gone: so is everything here. PDEATHSIG says the same. */
    struct signalfd_siginfo signal;
    if (watched[0].revents == 0 || sys_read(signals, &signal, sizeof signal) != sizeof signal) continue;
    if (signal.ssi_signo == SIGCHLD) reap(workload, socket);
    else sys_kill(workload, (int)signal.ssi_signo);
  }
}

void child_run(const struct config *config, const struct channels *channels) {
  report = channels->report;
  sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0);
  join_cgroups(config, channels);
  must(sys_sethostname(config->host_name, strlen(config->host_name)), "namespace", "host name");
  if (config->network == NETWORK_GIVEN) join_network(config->network_namespace);
  if (config->sysctls_count > 0) set_sysctls(config);
  child_set_limits(config);
  sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0); /* not the agent's; where the kernel has keys at all */
  root_build(config, channels->userns);
  child_confine(config, channels->userns);
  sys_prctl(PR_SET_NAME, (long)"regrow-init", 0);
  int signals = (int)must(sys_signalfd(ALL_SIGNALS, SFD_CLOEXEC | SFD_NONBLOCK), "init", "signalfd");
  child_filter_calls(config);
  pid_t workload = (pid_t)must(sys_fork(), "init", "fork");
  if (workload == 0) workload_run(config, channels);
  hold(0); /* What was granted is the workload's, not ours. */
  child_close_all_but(0, channels->socket, signals);
  int to_shim = channels->socket;
  config_forget();
  give_stack_back();
  give_code_back();
  init_run(workload, to_shim, signals);
}
