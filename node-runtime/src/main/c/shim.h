/* The parts of the shim and what they tell each other. See docs/shim-protocol.md. */
#ifndef REGROW_SHIM_H
#define REGROW_SHIM_H

#include "config.h"
#include "kernel.h"

#define ALL_SIGNALS UINT64_MAX

/* Descriptors that the agent hands over. */
enum { CONFIG = 3, REPORT = 4, COMMAND_IN = 5, COMMAND_OUT = 6, COMMAND_ERR = 7, ORDERS = 8 };

struct clone3_args {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};


/* text.c. What finds no room is left out. */
struct text {
  char bytes[2048];
  size_t length;
};
void text_start(struct text *text, const char *string);
void text_add(struct text *text, const char *string);
void text_number(struct text *text, uint64_t number);
void text_pair(struct text *text, const char *key, uint64_t number); /* key=number and a line's end */
int write_all(int fd, const char *bytes, size_t length);               /* 0 or -errno */
int write_file(int directory, const char *path, const char *content); /* 0 or -errno */
uint64_t clock_ns(int clock);

/* start.c: the second argument, as many bytes as it has. */
extern char *shim_name;
extern const char *program_name; /* the first */

/* What starting needed of the stack is given back; nothing below the caller's frame may be in use. */
void give_stack_back(void);
void give_code_back(void); /* what once.c says */
void once(void);
extern char etext[]; /* the linker's: the end of our code */

/* child.c: from clone to exec, and then PID 1. What it says to the shim, over a socket and the report pipe. */
enum message_kind { READY = 1, ENDED = 2 };
struct message {
  int32_t kind, status;
};
struct channels {
  int socket;       /* to the shim: struct message */
  int report;       /* CLOEXEC pipe: "stage errno text" of what failed; its EOF means that exec succeeded */
  int out, err;     /* where the workload writes to */
  int userns;       /* the namespace of its id range */
  int tasks[MAX_TASKS_FILES];
};
void child_run(const struct config *config, const struct channels *channels) __attribute__((noreturn));
/* Where child_fail tells it. */
void child_reports_to(int fd);
void child_set_limits(const struct config *config);
/* Gives up every power, for good: that of the agent's root, then that of the instance's but for what was granted to it. */
void child_confine(const struct config *config, int userns);
/* Of the descriptors from `first` on. Before any path of the manifest's is looked up: what is open then could be a way out
   of the root, by /proc/self/fd. */
void child_close_all_but(int first, int one, int other);
/* As its working directory. */
void child_enter(const char *directory);
void child_filter_calls(const struct config *config);
void child_execute(const struct config *config) __attribute__((noreturn));
/* Tells the shim what failed, with its -errno, and ends. */
void child_fail(long error, const char *stage, const char *what) __attribute__((noreturn));

/* root.c: builds the new root from the steps, in a mount namespace of its own, and makes it "/". */
void root_build(const struct config *config, int userns);

/* log.c: a ring that a thread of its own writes to disk. */
int log_start(const struct config *config); /* before the instance starts: opens */
int log_run(void);                            /* after: the thread */
/* Reads what a pipe has. 1: read something, 0: nothing there now, -1: at its end. */
int log_take(int pipe, uint8_t stream);
int log_wants_more(uint64_t now); /* whether reading now would keep what it reads, or must drop it */
void log_rotate(void);
uint64_t log_finish(uint64_t patience_ns); /* how many bytes were dropped in all */

/* main.c */
void leave_the_agent(int last); /* nothing of it is kept but the descriptors from CONFIG to this one */
void shim_run(void) __attribute__((noreturn));

/* terminal.c: both ends of one, in the instance's devpts. */
struct terminal {
  int ours, theirs;
};
struct terminal terminal_open(const struct config *config);
/* Copies between the terminal, if there is one, and the agent's pipes until the command (a pidfd) has ended; kills it when
   the agent lets go of ORDERS. */
void terminal_attend(int command, int terminal);

/* files.c: copies files from or to standard output or input, as one of the instance's own processes. */
void files_copy(const struct config *config) __attribute__((noreturn));

/* exec.c */
void exec_run(void) __attribute__((noreturn));

/* status.c */
struct status {
  uint32_t attempt;
  pid_t init, workload;
  uint64_t shim_start, init_start, workload_start; /* as /proc/PID/stat has them */
  uint64_t started_boottime, started_realtime, stop_deadline, lease_deadline;
  uint64_t finished_boottime, finished_realtime, dropped;
  const char *killed;
  int exited, wait_status;
};
uint64_t status_start_of(pid_t pid);              /* 0 if it is gone, and reaped */
int status_write(int directory, const struct status *status); /* 0 or -errno */

#endif
