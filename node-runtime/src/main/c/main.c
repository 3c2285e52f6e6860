/* The shim: starts one attempt of an instance and then stays with it, whatever becomes of the agent. */
#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CONFIG = 3, REPORT = 4 };
enum { STOP = 1, KILL, LEASE, ROTATE };

struct command {
  uint16_t version, type;
  uint32_t signal;
  uint64_t value;
  uint32_t attempt;
  uint32_t reserved[3];
};

struct clone3_args {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

static struct config config;
static struct status status = {.killed = "none"};
static struct channels channels;
static int state = -1, control = -1, timer = -1, init_pidfd = -1, workload_pidfd = -1;
static int socket_here = -1, report_here = -1, out_here = -1, err_here = -1;
static uint32_t stop_signal;

static void report_line(const char *line, size_t length) {
  write_all(REPORT, line, length); /* An agent that died meanwhile reads "status" when it comes back. */
  close(REPORT);
}

static void refuse(const char *stage_errno_text) __attribute__((noreturn));
static void refuse(const char *stage_errno_text) {
  struct text line = {.length = 0};
  text_add(&line, "E ");
  text_add(&line, stage_errno_text);
  text_add(&line, "\n");
  if (init_pidfd >= 0) { /* Nothing is left behind, neither process nor mount. */
    syscall(SYS_pidfd_send_signal, init_pidfd, SIGKILL, NULL, 0);
    waitpid(status.init, NULL, 0);
  }
  report_line(line.bytes, line.length);
  _exit(125);
}

static void must(long result, const char *stage, const char *what) {
  if (result >= 0) return;
  int error = errno;
  struct text text = {.length = 0};
  text_add(&text, stage);
  text_add(&text, " ");
  text_number(&text, (uint64_t)error);
  text_add(&text, " ");
  text_add(&text, what);
  refuse(text.bytes);
}

static void leave_the_agent(void) {
  for (int fd = 0; fd <= 2; fd++) close(fd);
  for (int fd = 0; fd <= 2; fd++) must(open("/dev/null", O_RDWR), "shim", "/dev/null");
  fcntl(CONFIG, F_SETFD, FD_CLOEXEC);
  fcntl(REPORT, F_SETFD, FD_CLOEXEC);
  syscall(SYS_close_range, REPORT + 1, ~0u, 0);
  setsid();
  must(chdir("/"), "shim", "/");
  prctl(PR_SET_DUMPABLE, 0);
  signal(SIGPIPE, SIG_IGN);
  sigset_t all; /* Nobody but kill -9 ends a shim: a stop goes through ctl. */
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  umask(077);
}

static void open_files(void) {
  state = open(config.state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  must(state, "state", config.state_dir);
  if (mkfifoat(state, "ctl", 0600) != 0 && errno != EEXIST) must(-1, "state", "ctl");
  control = openat(state, "ctl", O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
  must(control, "state", "ctl");
  timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  must(timer, "state", "timerfd");
  must(log_start(&config), "log", config.log_dir);
  for (size_t i = 0; i < config.tasks_count; i++) {
    channels.tasks[i] = open(config.tasks[i], O_WRONLY | O_CLOEXEC);
    must(channels.tasks[i], "cgroup", config.tasks[i]);
  }
}

static int await_death(void *unused) {
  for (;;) poll(NULL, 0, -1);
  return unused != NULL;
}

/* A user namespace with the id range, before the instance exists: idmapped mounts need one. It is made by a stub that
   shares our memory, and lives on in the descriptor. */
static void make_userns(void) {
  static char stack[8192] __attribute__((aligned(16)));
  pid_t stub = clone(await_death, stack + sizeof stack, CLONE_VM | CLONE_NEWUSER | SIGCHLD, NULL);
  must(stub, "namespace", "user");
  struct text path = {.length = 0}, map = {.length = 0};
  text_add(&map, "0 ");
  text_number(&map, config.id_base);
  text_add(&map, " ");
  text_number(&map, config.id_count);
  text_add(&path, "/proc/");
  text_number(&path, (uint64_t)stub);
  int proc = open(path.bytes, O_PATH | O_DIRECTORY | O_CLOEXEC);
  must(proc, "namespace", "/proc");
  must(write_file(proc, "uid_map", map.bytes), "namespace", "uid_map");
  must(write_file(proc, "gid_map", map.bytes), "namespace", "gid_map");
  channels.userns = openat(proc, "ns/user", O_RDONLY | O_CLOEXEC);
  must(channels.userns, "namespace", "ns/user");
  close(proc);
  kill(stub, SIGKILL);
  waitpid(stub, NULL, 0);
}

static void make_channels(void) {
  int pair[2], on = 1;
  must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "shim", "socketpair");
  socket_here = pair[0];
  channels.socket = pair[1];
  must(setsockopt(socket_here, SOL_SOCKET, SO_PASSCRED, &on, sizeof on), "shim", "SO_PASSCRED");
  int *const ends[][2] = {{&report_here, &channels.report}, {&out_here, &channels.out}, {&err_here, &channels.err}};
  for (int i = 0; i < 3; i++) {
    must(pipe2(pair, O_CLOEXEC), "shim", "pipe");
    *ends[i][0] = pair[0];
    *ends[i][1] = pair[1];
  }
  fcntl(out_here, F_SETFL, O_NONBLOCK);
  fcntl(err_here, F_SETFL, O_NONBLOCK);
}

static void start_init(void) {
  struct clone3_args args = {
    .flags = CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (config.network == NETWORK_NONE ? CLONE_NEWNET : 0),
    .pidfd = (uint64_t)(uintptr_t)&init_pidfd,
    .exit_signal = SIGCHLD,
  };
  int cgroup = -1;
  if (config.cgroup2 != NULL) {
    cgroup = open(config.cgroup2, O_PATH | O_DIRECTORY | O_CLOEXEC);
    must(cgroup, "cgroup", config.cgroup2);
    args.flags |= 0x200000000u; /* CLONE_INTO_CGROUP */
    args.cgroup = (uint64_t)cgroup;
  }
  pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  must(pid, "namespace", "clone3");
  if (pid == 0) child_run(&config, &channels);
  status.init = pid;
  if (cgroup >= 0) close(cgroup);
  for (size_t i = 0; i < config.tasks_count; i++) close(channels.tasks[i]);
  close(channels.userns);
  close(channels.socket);
  close(channels.report);
  close(channels.out);
  close(channels.err);
}

/* Until the report pipe tells of a failure or, by its end, that exec succeeded. The workload waits for our answer before
   exec, so its pid cannot have become another's when we open its pidfd. */
static void await_exec(void) {
  struct pollfd watched[] = {{report_here, POLLIN, 0}, {socket_here, POLLIN, 0}};
  for (;;) {
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[0].revents) {
      char text[1024];
      ssize_t length = read(report_here, text, sizeof text - 1);
      if (length > 0) text[length] = 0, refuse(text);
      if (workload_pidfd < 0) errno = ECHILD, must(-1, "init", "died before exec");
      close(report_here);
      return;
    }
    struct message message;
    struct iovec into = {&message, sizeof message};
    union {
      char space[CMSG_SPACE(sizeof(struct ucred))];
      struct cmsghdr align;
    } extra;
    struct msghdr header = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = &extra, .msg_controllen = sizeof extra};
    ssize_t length = recvmsg(socket_here, &header, 0);
    struct cmsghdr *credentials = CMSG_FIRSTHDR(&header);
    if (length != sizeof message || message.kind != READY || credentials == NULL) {
      watched[1].fd = -1; /* the report pipe says the rest */
      continue;
    }
    struct ucred from;
    memcpy(&from, CMSG_DATA(credentials), sizeof from);
    status.workload = from.pid;
    workload_pidfd = (int)syscall(SYS_pidfd_open, from.pid, 0);
    must(workload_pidfd, "init", "pidfd_open");
    must(write(socket_here, &message, sizeof message), "init", "answer");
    watched[1].fd = -1;
  }
}

static void set_timer(void) {
  uint64_t first = status.stop_deadline;
  if (status.lease_deadline && (!first || status.lease_deadline < first)) first = status.lease_deadline;
  struct itimerspec at = {.it_value = {(time_t)(first / 1000000000u), (long)(first % 1000000000u)}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void save(void) {
  status_write(state, &config, &status);
}

static void kill_all(const char *why) {
  if (strcmp(status.killed, "none") == 0) status.killed = why;
  syscall(SYS_pidfd_send_signal, init_pidfd, SIGKILL, NULL, 0);
}

static void stop(const struct command *command) {
  uint64_t now = clock_ns(CLOCK_BOOTTIME), deadline = now + command->value;
  if (deadline < now) deadline = UINT64_MAX;
  if (command->signal != stop_signal) syscall(SYS_pidfd_send_signal, workload_pidfd, command->signal, NULL, 0);
  stop_signal = command->signal;
  if (status.stop_deadline == 0 || deadline < status.stop_deadline) status.stop_deadline = deadline;
}

static void on_command(void) {
  struct command command;
  while (read(control, &command, sizeof command) == sizeof command) {
    if (command.version != 1 || (command.attempt != 0 && command.attempt != config.attempt)) continue;
    if (command.type == STOP && command.signal >= 1 && command.signal <= 64) stop(&command);
    if (command.type == KILL) kill_all("command");
    if (command.type == LEASE && status.lease_deadline != 0 && command.value > status.lease_deadline) status.lease_deadline = command.value;
    if (command.type == ROTATE) log_rotate();
    set_timer();
    save();
  }
}

static void on_timer(void) {
  uint64_t expirations, now = clock_ns(CLOCK_BOOTTIME);
  if (read(timer, &expirations, sizeof expirations) < 0) return;
  if (status.lease_deadline && now >= status.lease_deadline) kill_all("lease");
  else if (status.stop_deadline && now >= status.stop_deadline) kill_all("grace");
}

static void on_message(struct pollfd *watched) {
  struct message message;
  ssize_t length = recv(socket_here, &message, sizeof message, MSG_DONTWAIT);
  if (length == sizeof message && message.kind == ENDED) status.exited = 1, status.wait_status = message.status;
  if (length <= 0) watched->fd = -1;
}

/* Until the last process of the instance is gone. */
static void attend(void) {
  enum { INIT, MESSAGE, CONTROL, TIMER, OUT, ERR, WATCHED };
  struct pollfd watched[WATCHED] = {{init_pidfd, POLLIN, 0}, {socket_here, POLLIN, 0}, {control, POLLIN, 0}, {timer, POLLIN, 0}, {out_here, POLLIN, 0}, {err_here, POLLIN, 0}};
  for (;;) {
    int wants = log_wants_more(clock_ns(CLOCK_MONOTONIC));
    watched[OUT].events = watched[ERR].events = wants ? POLLIN : 0;
    /* A pipe whose writers are gone reports POLLHUP whether asked or not: then wait a little without it. */
    nfds_t count = wants ? WATCHED : OUT;
    if (poll(watched, count, wants ? -1 : 1) < 0) continue;
    if (watched[MESSAGE].revents) on_message(&watched[MESSAGE]);
    if (watched[CONTROL].revents) on_command();
    if (watched[TIMER].revents) on_timer();
    if (wants && watched[OUT].revents && log_take(out_here, 1) < 0) watched[OUT].fd = -1;
    if (wants && watched[ERR].revents && log_take(err_here, 2) < 0) watched[ERR].fd = -1;
    if (watched[INIT].revents) return;
  }
}

/* What is still in the pipes; an end that somebody outside holds open is not waited for. */
static void drain(void) {
  uint64_t patience = clock_ns(CLOCK_MONOTONIC) + 1000000000u;
  int open_pipes[] = {out_here, err_here};
  for (uint8_t stream = 1; stream <= 2;) {
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    if (!log_wants_more(now) && now < patience) {
      poll(NULL, 0, 1);
      continue;
    }
    if (log_take(open_pipes[stream - 1], stream) <= 0 || now > patience + 1000000000u) stream++;
  }
}

static void finish(void) {
  int init_status = 0;
  waitpid(status.init, &init_status, 0);
  status.finished_boottime = clock_ns(CLOCK_BOOTTIME);
  status.finished_realtime = clock_ns(CLOCK_REALTIME);
  if (!status.exited) status.wait_status = init_status; /* init was killed, by us or by the kernel: all were */
  status.exited = 1;
  drain();
  status.dropped = log_finish(1000000000u);
  _exit(status_write(state, &config, &status) == 0 ? 0 : 125);
}

int main(void) {
  leave_the_agent();
  const char *wrong = config_read(CONFIG, &config);
  if (wrong != NULL) errno = EINVAL, must(-1, "config", wrong);
  close(CONFIG);
  open_files();
  make_userns();
  make_channels();
  start_init();
  await_exec();
  status.started_boottime = clock_ns(CLOCK_BOOTTIME);
  status.started_realtime = clock_ns(CLOCK_REALTIME);
  status.lease_deadline = config.lease;
  must(status_write(state, &config, &status), "state", "status");
  struct text line = {.length = 0};
  text_add(&line, "R ");
  text_number(&line, (uint64_t)status.workload);
  text_add(&line, " ");
  text_number(&line, status.started_boottime);
  text_add(&line, "\n");
  must(log_run(), "log", "thread");
  report_line(line.bytes, line.length);
  config_forget();
  set_timer();
  attend();
  finish();
}
