/*
 * A wire between machines of a lab, in user space, where the kernel has no netem. It makes a TUN device in the network
 * namespace that it is started in; what the namespace routes into it comes out of it again, later, twice, or not at all.
 *
 *   wire NAME
 *
 * Reads commands, a line each, and answers "ok" to each:
 *   set FROM TO SEED DELAY_US JITTER_US LOSS DUPLICATE REORDER REORDER_US RATE    shares in 1/1000, RATE in bytes a second, 0: any
 *   clear FROM TO
 * Each direction has its own chance, from its seed. Ends, and its device with it, when standard input does.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { DIRECTIONS = 512, PACKET_MAX = 2048, WAITING_MAX = 65536, BACKLOG_US = 1000000 };

struct direction {
  uint32_t from, to;
  uint64_t chance;
  int64_t delay, jitter, reorder_by, rate;
  int loss, duplicate, reorder;
  int64_t last, free_at; /* when the last one in order arrives; when the line is free */
};

struct packet {
  int64_t due;
  uint64_t number; /* of equal times the first first */
  int length;
  unsigned char bytes[];
};

static struct direction directions[DIRECTIONS];
static int count;
static struct packet *waiting[WAITING_MAX]; /* a heap by due */
static int waits;
static uint64_t numbers;
static int tun;

static void fail(const char *what) {
  fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* splitmix64 */
static uint64_t draw(struct direction *d) {
  uint64_t z = (d->chance += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

static int happens(struct direction *d, int thousandths) { return (int)(draw(d) % 1000) < thousandths; }

static int before(const struct packet *a, const struct packet *b) {
  return a->due != b->due ? a->due < b->due : a->number < b->number;
}

static void push(struct packet *p) {
  int i = waits++;
  for (; i && before(p, waiting[(i - 1) / 2]); i = (i - 1) / 2) waiting[i] = waiting[(i - 1) / 2];
  waiting[i] = p;
}

static struct packet *pop(void) {
  struct packet *first = waiting[0], *last = waiting[--waits];
  int i = 0;
  for (int child; (child = 2 * i + 1) < waits; i = child) {
    if (child + 1 < waits && before(waiting[child + 1], waiting[child])) child++;
    if (!before(waiting[child], last)) break;
    waiting[i] = waiting[child];
  }
  waiting[i] = last;
  return first;
}

static void queue(const unsigned char *bytes, int length, int64_t due) {
  if (waits == WAITING_MAX) return; /* A full wire loses. */
  struct packet *p = malloc(sizeof *p + length);
  if (!p) return;
  p->due = due;
  p->number = numbers++;
  p->length = length;
  memcpy(p->bytes, bytes, length);
  push(p);
}

static void carry(struct direction *d, const unsigned char *bytes, int length) {
  int64_t time = now();
  /* Each packet draws the same number of times, so that one setting does not shift another's chance. */
  int lost = happens(d, d->loss), twice = happens(d, d->duplicate), late = happens(d, d->reorder);
  int64_t jitter = d->jitter ? (int64_t)(draw(d) % (uint64_t)(d->jitter + 1)) : (draw(d), 0);
  if (lost) return;
  int64_t due = time + d->delay + jitter;
  if (d->rate) {
    int64_t begins = d->free_at > time ? d->free_at : time;
    if (begins - time > BACKLOG_US) return;
    d->free_at = begins + length * 1000000LL / d->rate;
    due += d->free_at - time;
  }
  if (late) {
    due += d->reorder_by;
  } else {
    due = d->last = due > d->last ? due : d->last;
  }
  queue(bytes, length, due);
  if (twice) queue(bytes, length, due);
}

static struct direction *find(uint32_t from, uint32_t to) {
  for (int i = 0; i < count; i++) {
    if (directions[i].from == from && directions[i].to == to) return &directions[i];
  }
  return NULL;
}

static void receive(void) {
  unsigned char bytes[PACKET_MAX];
  int length;
  while ((length = read(tun, bytes, sizeof bytes)) > 0) {
    uint32_t from, to;
    if (length < 20 || bytes[0] >> 4 != 4) continue;
    memcpy(&from, bytes + 12, 4);
    memcpy(&to, bytes + 16, 4);
    struct direction *d = find(from, to);
    if (d) carry(d, bytes, length);
    else queue(bytes, length, now());
  }
}

static void deliver(void) {
  while (waits && waiting[0]->due <= now()) {
    struct packet *p = pop();
    if (write(tun, p->bytes, p->length) < 0 && errno != EINVAL && errno != EIO && errno != ENOBUFS) fail("write");
    free(p);
  }
}

static void command(char *line) {
  char from[64], to[64];
  unsigned long long seed;
  long long delay, jitter, reorder_by, rate;
  int loss, duplicate, reorder;
  if (sscanf(line, "set %63s %63s %llu %lld %lld %d %d %d %lld %lld", from, to, &seed, &delay, &jitter, &loss, &duplicate,
             &reorder, &reorder_by, &rate) == 10) {
    struct direction *d = find(inet_addr(from), inet_addr(to));
    if (!d) {
      if (count == DIRECTIONS) { puts("too many directions"); return; }
      d = &directions[count++];
      memset(d, 0, sizeof *d);
      d->from = inet_addr(from);
      d->to = inet_addr(to);
    }
    d->chance = seed;
    d->delay = delay, d->jitter = jitter, d->reorder_by = reorder_by, d->rate = rate;
    d->loss = loss, d->duplicate = duplicate, d->reorder = reorder;
    puts("ok");
  } else if (sscanf(line, "clear %63s %63s", from, to) == 2) {
    struct direction *d = find(inet_addr(from), inet_addr(to));
    if (d) *d = directions[--count];
    puts("ok");
  } else {
    puts("not understood");
  }
}

static void commands(void) {
  static char buffer[8192];
  static size_t filled;
  ssize_t more = read(0, buffer + filled, sizeof buffer - 1 - filled);
  if (more <= 0) exit(0);
  filled += more;
  buffer[filled] = 0;
  char *line = buffer, *end;
  for (; (end = strchr(line, '\n')); line = end + 1) {
    *end = 0;
    command(line);
  }
  filled -= line - buffer;
  memmove(buffer, line, filled);
}

int main(int argc, char **argv) {
  if (argc != 2 || strlen(argv[1]) >= IFNAMSIZ) {
    fprintf(stderr, "usage: wire NAME\n");
    return 2;
  }
  struct ifreq request = {0};
  strcpy(request.ifr_name, argv[1]);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun < 0) fail("/dev/net/tun");
  if (ioctl(tun, TUNSETIFF, &request) < 0) fail(argv[1]);
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ok");
  for (;;) {
    struct pollfd ready[2] = {{.fd = 0, .events = POLLIN}, {.fd = tun, .events = POLLIN}};
    struct timespec wait = {0}, *until = NULL;
    if (waits) {
      int64_t in = waiting[0]->due - now();
      if (in < 0) in = 0;
      wait.tv_sec = in / 1000000, wait.tv_nsec = in % 1000000 * 1000;
      until = &wait;
    }
    if (ppoll(ready, 2, until, NULL) < 0 && errno != EINTR) fail("poll");
    deliver();
    if (ready[1].revents) receive();
    if (ready[0].revents) commands();
  }
}
