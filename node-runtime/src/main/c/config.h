/* What the agent wants: the configuration of docs/shim-protocol.md, read once and then only looked at. */
#ifndef REGROW_CONFIG_H
#define REGROW_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include <linux/filter.h>

enum { STREAMS_NONE = 0, STREAMS_PIPES = 1, STREAMS_TERMINAL = 2 };
enum { FILES_NONE = 0, FILES_GIVE = 1, FILES_TAKE = 2 };
enum { NETWORK_HOST = 0, NETWORK_GIVEN = 2 };
enum { MAX_TASKS_FILES = 16, MAX_STEPS = 256, MAX_ARGS = 4096, MAX_RLIMITS = 16, MAX_SYSCTLS = 8 };

/* One step of building the root file system; RootStep.java makes them. */
struct step {
  uint32_t op, flags, mode, uid, gid;
  uint64_t size;
  const char *a, *b;
};

struct limit {
  uint32_t resource;
  uint64_t soft, hard;
};

struct config {
  const char *instance, *state_dir, *log_dir, *host_name, *workdir, *cgroup2;
  uint32_t attempt;
  uint64_t log_bytes;
  uint32_t log_files;
  const char *tasks[MAX_TASKS_FILES];
  size_t tasks_count;
  uint32_t id_base, id_count, uid, gid;
  uint8_t network;
  const char *network_namespace; /* of NETWORK_GIVEN */
  struct step steps[MAX_STEPS];
  size_t steps_count;
  char **argv, **envp;
  size_t argc, envc;
  struct limit limits[MAX_RLIMITS];
  size_t limits_count;
  const char *sysctls[MAX_SYSCTLS];
  size_t sysctls_count;
  struct sock_filter *filter;
  size_t filter_length;
  uint64_t capabilities; /* that it keeps, in its own user namespace: bit n is capability n */
  uint32_t umask;
  uint64_t lease;
  int32_t oom_score_adj;
  int32_t join_pid;    /* PID 1 of a living instance that a command is to run in; 0: a new instance */
  uint64_t join_start; /* as /proc/PID/stat has it */
  uint8_t streams;     /* what that command reads from and writes to */
  uint16_t rows, columns; /* of its terminal */
  uint8_t files;          /* not a program, but a copy of files: argv is a path, and a name to take them under */
  uint64_t files_most;    /* so many bytes of them */
};

/* Waits for it on a pipe: u32 length, then the bytes. NULL if all is well, else what is wrong; *config stays NULL if
   none came, because the agent is gone or needs no more shims. */
const char *config_read(int fd, const struct config **config);

/* Gives its memory back, once exec has succeeded. */
void config_forget(void);

#endif
