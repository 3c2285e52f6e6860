/* The terminal of a command in a living instance: a pair of the instance's own devpts. The command has one end; what
   passes through the other is copied from and to the agent's pipes, so that the agent opens nothing of the instance. */
#define _GNU_SOURCE
#include "shim.h"

#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

enum { PIECE = 4096, QUIET_NS = 50000000, END_OF_INPUT = 4 /* what Ctrl-D types */ };

/* One direction: what was read and is not written yet. -1: that end is over. */
struct flow {
  int from, to;
  size_t start, length;
  char bytes[PIECE];
};

struct order {
  uint16_t type, rows, columns, reserved;
};

static long must(long result, const char *what) {
  if (result < 0) child_fail(result, "terminal", what);
  return result;
}

static void resize(int terminal, uint16_t rows, uint16_t columns) {
  struct winsize size = {.ws_row = rows, .ws_col = columns};
  sys_ioctl(terminal, TIOCSWINSZ, &size);
}

/* It belongs to who opens it, so that is the command's user, for as long as that takes. */
struct terminal terminal_open(const struct config *config) {
  sys_setfsgid(config->id_base + config->gid);
  sys_setfsuid(config->id_base + config->uid);
  struct open_how how = {.flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  struct terminal pair;
  int locked = 0;
  pair.ours = (int)must(sys_openat2(AT_FDCWD, "/dev/pts/ptmx", &how, sizeof how), "/dev/pts/ptmx");
  must(sys_ioctl(pair.ours, TIOCSPTLCK, &locked), "unlock");
  pair.theirs = (int)must(call3(SYS_ioctl, pair.ours, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC), "its other end");
  sys_setfsuid(0);
  sys_setfsgid(0);
  resize(pair.ours, config->rows, config->columns);
  return pair;
}

static void fill(struct flow *flow) {
  long count = sys_read(flow->from, flow->bytes, sizeof flow->bytes);
  if (count > 0) flow->start = 0, flow->length = (size_t)count;
  else if (count != -EAGAIN && count != -EINTR) flow->from = -1; /* EIO: nobody has the other end any more */
}

static void drain(struct flow *flow) {
  long count = sys_write(flow->to, flow->bytes + flow->start, flow->length);
  if (count > 0) flow->start += (size_t)count, flow->length -= (size_t)count;
  else if (count != -EAGAIN && count != -EINTR) flow->length = 0; /* nobody reads it any more */
}

/* 0: the agent has let go of us. */
static int obey(int orders, int terminal) {
  struct order order;
  long count = sys_read(orders, &order, sizeof order);
  if (count == sizeof order && order.type == 1 && terminal >= 0) resize(terminal, order.rows, order.columns);
  return count > 0 || count == -EINTR || count == -EAGAIN;
}

/* When input ends, the terminal says so as a person would, once. */
static void end_input(struct flow *in, int *told) {
  if (in->from >= 0 || in->length > 0 || *told) return;
  *told = 1;
  in->bytes[0] = END_OF_INPUT;
  in->start = 0;
  in->length = 1;
}

void terminal_attend(int command, int terminal) {
  static struct flow in, out;
  in.from = COMMAND_IN, in.to = terminal, out.from = terminal, out.to = COMMAND_OUT;
  int ended = 0, told = 0;
  if (terminal < 0) in.from = out.from = -1, told = 1;
  for (;;) {
    enum { COMMAND, ORDERS_CAME, IN_READ, IN_WRITE, OUT_READ, OUT_WRITE, WATCHED };
    struct pollfd watched[WATCHED] = {
      {ended ? -1 : command, POLLIN, 0}, {ORDERS, POLLIN, 0},
      {in.length == 0 && !ended ? in.from : -1, POLLIN, 0}, {in.length > 0 && !ended ? in.to : -1, POLLOUT, 0},
      {out.length == 0 ? out.from : -1, POLLIN, 0}, {out.length > 0 ? out.to : -1, POLLOUT, 0},
    };
    /* What was written last may take a moment to come through; what is left running may go on writing for ever. */
    const struct timespec quiet = {0, QUIET_NS};
    long ready = sys_poll(watched, WATCHED, ended && out.length == 0 ? &quiet : NULL);
    if (ready < 0) continue;
    if (watched[ORDERS_CAME].revents && !obey(ORDERS, terminal)) {
      sys_pidfd_send_signal(command, SIGKILL);
      return;
    }
    if (watched[COMMAND].revents) ended = 1;
    if (watched[IN_READ].revents) fill(&in);
    if (watched[IN_WRITE].revents) drain(&in);
    if (watched[OUT_READ].revents) fill(&out);
    if (watched[OUT_WRITE].revents) drain(&out);
    if (!ended) end_input(&in, &told);
    if (ended && out.length == 0 && (out.from < 0 || ready == 0)) return;
  }
}
