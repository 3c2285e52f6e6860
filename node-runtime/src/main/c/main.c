/* The shim: starts one attempt of an instance and then stays with it, whatever becomes of the agent. */
#define _GNU_SOURCE
#include "shim.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

enum { STOP = 1, KILL, LEASE, ROTATE };

struct command {
  uint16_t version, type;
  uint32_t signal;
  uint64_t value;
  uint32_t attempt;
  uint32_t reserved[3];
};

static const struct config *config; /* until exec */
static struct status status;
static struct channels channels;
static int state, control, timer, init_pidfd, workload_pidfd, socket_here, report_here, out_here, err_here;
static pid_t stub, stub_parent;
static int stub_proc;
static uint32_t stop_signal;
static const struct timespec a_moment = {0, 1000000};

static void report_line(const char *line, size_t length) {
  write_all(REPORT, line, length); /* An agent that died meanwhile reads "status" when it comes back. */
  sys_close(REPORT);
}

static void refuse(const char *stage_errno_text) __attribute__((noreturn));
static void refuse(const char *stage_errno_text) {
  struct text line;
  text_start(&line, "E ");
  text_add(&line, stage_errno_text);
  text_add(&line, "\n");
  if (init_pidfd > 0) { /* Nothing is left behind, neither process nor mount. */
    sys_pidfd_send_signal(init_pidfd, SIGKILL);
    sys_wait4(status.init, NULL, 0);
  }
  report_line(line.bytes, line.length);
  sys_exit_group(125);
}

static int must(long result, const char *stage, const char *what) {
  if (result >= 0) return (int)result;
  struct text text;
  text_start(&text, stage);
  text_add(&text, " ");
  text_number(&text, (uint64_t)-result);
  text_add(&text, " ");
  text_add(&text, what);
  refuse(text.bytes);
}

void leave_the_agent(int last) {
  for (int fd = 0; fd <= 2; fd++) sys_close(fd);
  for (int fd = 0; fd <= 2; fd++) must(sys_openat(AT_FDCWD, "/dev/null", O_RDWR, 0), "shim", "/dev/null");
  for (int fd = CONFIG; fd <= last; fd++) sys_fcntl(fd, F_SETFD, FD_CLOEXEC);
  sys_close_range((unsigned)last + 1, ~0u, 0);
  sys_setsid();
  must(sys_chdir("/"), "shim", "/");
  sys_prctl(PR_SET_DUMPABLE, 0, 0);
  sys_sigmask(ALL_SIGNALS); /* Nobody but kill -9 ends a shim: a stop goes through ctl. */
  sys_umask(077);
}

static void open_files(void) {
  state = must(sys_openat(AT_FDCWD, config->state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0), "state", config->state_dir);
  long made = sys_mknodat(state, "ctl", S_IFIFO | 0600, 0);
  if (made != -EEXIST) must(made, "state", "ctl");
  control = must(sys_openat(state, "ctl", O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW, 0), "state", "ctl");
  must(log_start(config), "log", config->log_dir);
  for (size_t i = 0; i < config->tasks_count; i++) {
    channels.tasks[i] = must(sys_openat(AT_FDCWD, config->tasks[i], O_WRONLY | O_CLOEXEC, 0), "cgroup", config->tasks[i]);
  }
}

/* It must not outlive us, however we end. */
static void await_death(void) {
  sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0);
  while (sys_getppid() == stub_parent) sys_poll(NULL, 0, NULL);
  sys_exit_group(0); /* we had ended before it asked to be told */
}

/* A user namespace for the id range, before the instance exists: idmapped mounts need one. It is made by a stub that
   shares our memory, and lives on in the descriptor. */
static void make_userns(void) {
  static char stack[512] __attribute__((aligned(16)));
  stub_parent = (pid_t)sys_getpid();
  stub = must(sys_clone_sharing(CLONE_VM | CLONE_NEWUSER | SIGCHLD, stack + sizeof stack, await_death), "namespace", "user");
  struct text path;
  text_start(&path, "/proc/");
  text_number(&path, (uint64_t)stub);
  stub_proc = must(sys_openat(AT_FDCWD, path.bytes, O_PATH | O_DIRECTORY | O_CLOEXEC, 0), "namespace", "/proc");
  channels.userns = must(sys_openat(stub_proc, "ns/user", O_RDONLY | O_CLOEXEC, 0), "namespace", "ns/user");
}

static void map_ids(void) {
  struct text map;
  text_start(&map, "0 ");
  text_number(&map, config->id_base);
  text_add(&map, " ");
  text_number(&map, config->id_count);
  must(write_file(stub_proc, "uid_map", map.bytes), "namespace", "uid_map");
  must(write_file(stub_proc, "gid_map", map.bytes), "namespace", "gid_map");
  sys_close(stub_proc);
  sys_kill(stub, SIGKILL); /* reaped when there is time for it */
}

/* /proc/PID/cmdline tells the agent whose shim this is: the argument is room for the name. */
static void take_name(void) {
  size_t room = strlen(shim_name), length = strlen(config->instance);
  if (length > room) must(-ENAMETOOLONG, "config", config->instance);
  memset(shim_name, 0, room);
  memcpy(shim_name, config->instance, length);
}

static void make_channels(void) {
  int pair[2], on = 1;
  timer = must(sys_timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK), "shim", "timerfd");
  must(sys_socketpair(SOCK_SEQPACKET | SOCK_CLOEXEC, pair), "shim", "socketpair");
  socket_here = pair[0];
  channels.socket = pair[1];
  must(sys_setsockopt(socket_here, SO_PASSCRED, &on), "shim", "SO_PASSCRED");
  int *const ends[][2] = {{&report_here, &channels.report}, {&out_here, &channels.out}, {&err_here, &channels.err}};
  for (int i = 0; i < 3; i++) {
    must(sys_pipe2(pair, O_CLOEXEC), "shim", "pipe");
    *ends[i][0] = pair[0];
    *ends[i][1] = pair[1];
  }
  sys_fcntl(out_here, F_SETFL, O_NONBLOCK);
  sys_fcntl(err_here, F_SETFL, O_NONBLOCK);
}

/* Programs open /dev/stdout and the like anew, so that the pipes have to be their user's. */
static void give_streams(void) {
  const int streams[] = {channels.out, channels.err};
  for (int i = 0; i < 2; i++)
    must(sys_fchownat(streams[i], "", config->id_base + config->uid, config->id_base + config->gid, AT_EMPTY_PATH), "shim", "stdio");
}

static void start_init(void) {
  struct clone3_args args = {
    .flags = CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS,
    .pidfd = (uint64_t)(uintptr_t)&init_pidfd,
    .exit_signal = SIGCHLD,
  };
  int cgroup = -1;
  if (config->cgroup2 != NULL) {
    cgroup = must(sys_openat(AT_FDCWD, config->cgroup2, O_PATH | O_DIRECTORY | O_CLOEXEC, 0), "cgroup", config->cgroup2);
    args.flags |= 0x200000000u; /* CLONE_INTO_CGROUP */
    args.cgroup = (uint64_t)cgroup;
  }
  pid_t pid = must(sys_clone3(&args, sizeof args), "namespace", "clone3");
  if (cgroup >= 0) sys_close(cgroup); /* on both sides: it is the host's, and no business of the instance's */
  if (pid == 0) child_run(config, &channels);
  status.init = pid;
  for (size_t i = 0; i < config->tasks_count; i++) sys_close(channels.tasks[i]);
  sys_close(channels.userns);
  sys_close(channels.socket);
  sys_close(channels.report);
  sys_close(channels.out);
  sys_close(channels.err);
}

/* Until the report pipe tells of a failure or, by its end, that exec succeeded. The workload waits for our answer before
   exec, so its pid cannot have become another's when we open its pidfd. */
static void await_exec(void) {
  struct pollfd watched[] = {{report_here, POLLIN, 0}, {socket_here, POLLIN, 0}};
  for (;;) {
    if (sys_poll(watched, 2, NULL) < 0) continue;
    if (watched[0].revents) {
      char text[1024];
      long length = sys_read(report_here, text, sizeof text - 1);
      if (length > 0) text[length] = 0, refuse(text);
      if (workload_pidfd == 0) must(-ECHILD, "init", "died before exec");
      sys_close(report_here);
      return;
    }
    struct message message;
    struct iovec into = {&message, sizeof message};
    union {
      char space[CMSG_SPACE(sizeof(struct ucred))];
      struct cmsghdr align;
    } extra;
    struct msghdr header = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = &extra, .msg_controllen = sizeof extra};
    long length = sys_recvmsg(socket_here, &header, 0);
    struct cmsghdr *credentials = CMSG_FIRSTHDR(&header);
    if (length != sizeof message || message.kind != READY || credentials == NULL) {
      watched[1].fd = -1; /* the report pipe says the rest */
      continue;
    }
    struct ucred from;
    memcpy(&from, CMSG_DATA(credentials), sizeof from);
    status.workload = from.pid;
    workload_pidfd = must(sys_pidfd_open(from.pid), "init", "pidfd_open");
    status.workload_start = status_start_of(from.pid); /* now: it may end, and be reaped, as soon as it runs */
    /* The last moment: what has lost its lease while it was being prepared never runs. */
    if (config->lease && clock_ns(CLOCK_BOOTTIME) >= config->lease) must(-ETIME, "lease", "passed before exec");
    must(sys_write(socket_here, &message, sizeof message), "init", "answer");
    watched[1].fd = -1;
  }
}

static void set_timer(void) {
  uint64_t first = status.stop_deadline;
  if (status.lease_deadline && (!first || status.lease_deadline < first)) first = status.lease_deadline;
  struct itimerspec at = {.it_value = {(time_t)(first / 1000000000u), (long)(first % 1000000000u)}};
  sys_timerfd_settime(timer, TFD_TIMER_ABSTIME, &at);
}

static void save(void) {
  status_write(state, &status);
}

static void kill_all(const char *why) {
  if (strcmp(status.killed, "none") == 0) status.killed = why;
  sys_pidfd_send_signal(init_pidfd, SIGKILL);
}

static void stop(const struct command *command) {
  uint64_t now = clock_ns(CLOCK_BOOTTIME), deadline = now + command->value;
  if (deadline < now) deadline = UINT64_MAX;
  if (command->signal != stop_signal) sys_pidfd_send_signal(workload_pidfd, (int)command->signal);
  stop_signal = command->signal;
  if (status.stop_deadline == 0 || deadline < status.stop_deadline) status.stop_deadline = deadline;
}

static void on_command(void) {
  struct command command;
  while (sys_read(control, &command, sizeof command) == sizeof command) {
    if (command.version != 1 || (command.attempt != 0 && command.attempt != status.attempt)) continue;
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
  if (sys_read(timer, &expirations, sizeof expirations) < 0) return;
  if (status.lease_deadline && now >= status.lease_deadline) kill_all("lease");
  else if (status.stop_deadline && now >= status.stop_deadline) kill_all("grace");
}

static void on_message(struct pollfd *watched) {
  struct message message;
  long length = sys_recv(socket_here, &message, sizeof message, MSG_DONTWAIT);
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
    size_t count = wants ? WATCHED : OUT;
    if (sys_poll(watched, count, wants ? NULL : &a_moment) < 0) continue;
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
      sys_poll(NULL, 0, &a_moment);
      continue;
    }
    if (log_take(open_pipes[stream - 1], stream) <= 0 || now > patience + 1000000000u) stream++;
  }
}

static void finish(void) __attribute__((noreturn));
static void finish(void) {
  int init_status = 0;
  sys_wait4(status.init, &init_status, 0);
  status.finished_boottime = clock_ns(CLOCK_BOOTTIME);
  status.finished_realtime = clock_ns(CLOCK_REALTIME);
  if (!status.exited) status.wait_status = init_status; /* init was killed, by us or by the kernel: all were */
  status.exited = 1;
  drain();
  status.dropped = log_finish(1000000000u);
  sys_exit_group(status_write(state, &status) == 0 ? 0 : 125);
}

/* What any instance needs is made before it is known which one: a shim may be started before there is a use for it. */
void shim_run(void) {
  leave_the_agent(REPORT);
  make_userns(); /* first, so that the stub holds no end of our pipes */
  make_channels();
  const char *wrong = config_read(CONFIG, &config);
  if (config == NULL) sys_exit_group(0); /* no use came */
  if (wrong != NULL) must(-EINVAL, "config", wrong);
  take_name();
  status.attempt = config->attempt;
  status.killed = "none";
  sys_close(CONFIG);
  open_files();
  map_ids();
  give_streams();
  start_init();
  await_exec();
  status.started_boottime = clock_ns(CLOCK_BOOTTIME);
  status.started_realtime = clock_ns(CLOCK_REALTIME);
  status.lease_deadline = config->lease;
  status.shim_start = status_start_of((pid_t)sys_getpid());
  status.init_start = status_start_of(status.init); /* not reaped before we do it */
  must(status_write(state, &status), "state", "status");
  struct text line;
  text_start(&line, "R ");
  text_number(&line, (uint64_t)status.workload);
  text_add(&line, " ");
  text_number(&line, status.started_boottime);
  text_add(&line, "\n");
  must(log_run(), "log", "thread");
  report_line(line.bytes, line.length);
  sys_wait4(stub, NULL, 0);
  config_forget();
  give_stack_back();
  give_code_back();
  set_timer();
  attend();
  finish();
}
