#include "shim.h"

#include <sys/wait.h>

/* Field 22 of /proc/PID/stat; the second field, the name, may hold anything, so it is counted from the last ')'. */
uint64_t status_start_of(pid_t pid) {
  struct text path;
  text_start(&path, "/proc/");
  text_number(&path, (uint64_t)pid);
  text_add(&path, "/stat");
  int fd = (int)sys_openat(AT_FDCWD, path.bytes, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  char line[1024];
  long length = sys_read(fd, line, sizeof line - 1);
  sys_close(fd);
  if (length <= 0) return 0;
  line[length] = 0;
  const char *at = strrchr(line, ')');
  for (int field = 2; at != NULL && field < 22; field++) at = strchr(at + 1, ' ');
  uint64_t ticks = 0;
  if (at != NULL) while (*++at >= '0' && *at <= '9') ticks = ticks * 10 + (uint64_t)(*at - '0');
  return ticks;
}

static void who(struct text *text, const char *pid_key, const char *start_key, pid_t pid, uint64_t start) {
  text_pair(text, pid_key, (uint64_t)pid);
  if (start != 0) text_pair(text, start_key, start);
}

static void ending(struct text *text, const struct status *status) {
  int code = status->wait_status;
  if (WIFSIGNALED(code)) text_pair(text, "exit.signal", (uint64_t)WTERMSIG(code));
  else text_pair(text, "exit.code", (uint64_t)WEXITSTATUS(code));
  text_pair(text, "finished.boottime", status->finished_boottime);
  text_pair(text, "finished.realtime", status->finished_realtime);
}

int status_write(int directory, const struct status *status) {
  struct text text;
  text_start(&text, "regrow-status=1\n");
  text_pair(&text, "attempt", status->attempt);
  who(&text, "shim.pid", "shim.start", (pid_t)sys_getpid(), status->shim_start);
  who(&text, "init.pid", "init.start", status->init, status->init_start);
  who(&text, "workload.pid", "workload.start", status->workload, status->workload_start);
  text_pair(&text, "started.boottime", status->started_boottime);
  text_pair(&text, "started.realtime", status->started_realtime);
  text_add(&text, status->exited ? "state=exited\n" : "state=running\n");
  if (status->stop_deadline) text_pair(&text, "stop.deadline", status->stop_deadline);
  if (status->lease_deadline) text_pair(&text, "lease.deadline", status->lease_deadline);
  if (status->exited) ending(&text, status);
  text_add(&text, "killed=");
  text_add(&text, status->killed);
  text_add(&text, "\n");
  text_pair(&text, "log.dropped", status->dropped);
  int fd = (int)sys_openat(directory, "status.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return fd;
  int result = write_all(fd, text.bytes, text.length);
  sys_close(fd);
  return result == 0 ? (int)sys_renameat(directory, "status.new", directory, "status") : result;
}
