/* Runs one more command inside a living instance: with its namespaces, cgroups, user, limits and filter, and with nothing
   of the agent's. The program is called regrow-exec then; its configuration has a JOIN and comes the same way. It exits
   with the command's code, 128 + n for signal n, or 125 after telling on the report pipe what failed. When it is killed,
   so is the command. */
#define _GNU_SOURCE
#include "shim.h"

#include <linux/keyctl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static int instance, userns, tasks[MAX_TASKS_FILES];
static struct terminal terminal = {-1, -1};

static long must(long result, const char *stage, const char *what) {
  if (result < 0) child_fail(result, stage, what);
  return result;
}

static void open_all(const struct config *config) {
  struct text path;
  instance = (int)must(sys_pidfd_open(config->join_pid), "join", "pidfd_open");
  text_start(&path, "/proc/");
  text_number(&path, (uint64_t)config->join_pid);
  text_add(&path, "/ns/user");
  userns = (int)must(sys_openat(AT_FDCWD, path.bytes, O_RDONLY | O_CLOEXEC, 0), "join", "user namespace");
  /* Only now: had the number become another's before, it would have started later. */
  if (status_start_of(config->join_pid) != config->join_start) child_fail(-ESRCH, "join", "the instance");
  for (size_t i = 0; i < config->tasks_count; i++) {
    tasks[i] = (int)must(sys_openat(AT_FDCWD, config->tasks[i], O_WRONLY | O_CLOEXEC, 0), "cgroup", config->tasks[i]);
  }
}

/* The parent may have died before we asked to be told. */
static void end_with(pid_t parent) {
  must(sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0), "join", "death signal");
  if (parent != 0 && sys_getppid() != parent) sys_exit_group(125);
}

static void take_streams(const struct config *config) {
  int from[] = {COMMAND_IN, COMMAND_OUT, COMMAND_ERR};
  if (config->streams != STREAMS_NONE) sys_setsid();
  if (config->streams == STREAMS_TERMINAL) {
    must(sys_ioctl(terminal.theirs, TIOCSCTTY, NULL), "exec", "terminal");
    from[0] = from[1] = from[2] = terminal.theirs;
  } else if (config->streams == STREAMS_NONE) {
    from[0] = from[1] = from[2] = (int)must(sys_openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0), "exec", "/dev/null");
  }
  for (int fd = 0; fd <= 2; fd++) must(sys_dup3(from[fd], fd, 0), "exec", "stdio");
}

static void command_run(const struct config *config) __attribute__((noreturn));
static void command_run(const struct config *config) {
  end_with(0); /* our parent is outside of our pid namespace: its number is 0 here */
  sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0);
  take_streams(config);
  child_confine(config, userns);
  child_close_all_but(3, REPORT, REPORT);
  child_enter(config->workdir);
  sys_umask(config->umask);
  child_filter_calls(config);
  sys_sigmask(0);
  if (config->files != FILES_NONE) {
    sys_close(REPORT); /* as exec would */
    files_copy(config);
  }
  child_execute(config);
}

static void wait_and_exit(pid_t child) __attribute__((noreturn));
static void wait_and_exit(pid_t child) {
  int status = 0;
  while (sys_wait4(child, &status, 0) == -EINTR) {}
  sys_exit_group(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Until it has ended, or nobody wants it any more. */
static void attend(const struct config *config, pid_t command) {
  int pidfd = (int)sys_pidfd_open(command);
  sys_close(COMMAND_ERR);
  if (config->streams == STREAMS_PIPES) {
    sys_close(COMMAND_IN);
    sys_close(COMMAND_OUT);
  } else {
    sys_close(terminal.theirs);
  }
  terminal_attend(pidfd, terminal.ours);
}

/* Programs open /dev/stdout and the like anew, so that the pipes have to be their user's. */
static void give_streams(const struct config *config) {
  for (int fd = COMMAND_IN; fd <= COMMAND_ERR; fd++) must(sys_fchownat(fd, "", config->id_base + config->uid, config->id_base + config->gid, AT_EMPTY_PATH), "exec", "stdio");
}

static void leave_streams(void) {
  for (int fd = COMMAND_IN; fd <= ORDERS; fd++) sys_close(fd);
}

/* A pid namespace is joined by children only, so there is one more between us and the command. */
static void join_and_run(const struct config *config, pid_t parent) __attribute__((noreturn));
static void join_and_run(const struct config *config, pid_t parent) {
  end_with(parent);
  for (size_t i = 0; i < config->tasks_count; i++) must(sys_write(tasks[i], "0", 1), "cgroup", config->tasks[i]);
  child_set_limits(config);
  must(sys_setns(instance, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP), "join", "namespaces");
  if (config->streams == STREAMS_TERMINAL) terminal = terminal_open(config);
  end_with(parent); /* opening it as another user has cleared that */
  pid_t command = (pid_t)must(sys_fork(), "join", "fork");
  if (command == 0) command_run(config);
  sys_close(REPORT);
  if (config->streams != STREAMS_NONE) attend(config, command);
  wait_and_exit(command);
}

void exec_run(void) {
  const struct config *config;
  leave_the_agent(ORDERS);
  child_reports_to(REPORT);
  const char *wrong = config_read(CONFIG, &config);
  if (config == NULL) sys_exit_group(0);
  if (wrong != NULL) child_fail(-EINVAL, "config", wrong);
  if (config->join_pid == 0) child_fail(-EINVAL, "config", "it names no instance");
  sys_close(CONFIG);
  if (config->streams == STREAMS_NONE) leave_streams();
  if (config->streams == STREAMS_PIPES) give_streams(config);
  open_all(config);
  struct clone3_args args = {.exit_signal = SIGCHLD};
  if (config->cgroup2 != NULL) {
    args.cgroup = (uint64_t)must(sys_openat(AT_FDCWD, config->cgroup2, O_PATH | O_DIRECTORY | O_CLOEXEC, 0), "cgroup", config->cgroup2);
    args.flags = 0x200000000u; /* CLONE_INTO_CGROUP */
  }
  pid_t self = (pid_t)sys_getpid();
  pid_t child = (pid_t)must(sys_clone3(&args, sizeof args), "join", "clone3");
  if (config->cgroup2 != NULL) sys_close((int)args.cgroup);
  if (child == 0) join_and_run(config, self);
  sys_close(REPORT);
  if (config->streams != STREAMS_NONE) leave_streams();
  wait_and_exit(child);
}
