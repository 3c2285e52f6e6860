/* What the workload writes goes into a ring, and a thread of its own writes the ring to disk: a slow or full disk can
   stall that thread for as long as it likes. What finds no room is read all the same, dropped and counted. */
#define _GNU_SOURCE
#include "shim.h"

#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum { RING = 1 << 18, LARGEST = 1 << 16, SMALLEST_ROOM = 4096, STREAMS = 3, STACK = 1 << 16 };
enum { NOWHERE = 1 }; /* a descriptor of /dev/null: main.c opened it */
enum { MAGIC = 0xA7, FRAME_VERSION = 1 };

struct frame {
  uint8_t magic, version, stream, flags;
  uint32_t length;
  uint64_t realtime;
  uint32_t dropped;
} __attribute__((packed));

static uint8_t *ring;
/* Ever growing; head is the reader of the pipes', tail the writer's. Only when all is written does the reader move both:
   first tail, so that head <= tail means "nothing to write" at any moment, to who reads head first. */
static _Atomic uint64_t head, tail;
static _Atomic int writer_sleeps, finishing;
static _Atomic uint64_t lost; /* by the writer, in all */
static _Atomic int rotation_wanted;

/* Of the reader of the pipes. */
static uint64_t pending[STREAMS], dropped_before_ring, round_start;
static int dropping;

/* Of the writer. */
static int directory = -1, file = -1;
static char name[32];
static uint64_t file_size, file_max, unreported;
static uint32_t files_max;

static size_t room(void) {
  return RING - (size_t)(atomic_load(&head) - atomic_load(&tail));
}

static void copy_in(uint64_t at, const void *bytes, size_t length) {
  size_t offset = at % RING, first = length < RING - offset ? length : RING - offset;
  memcpy(ring + offset, bytes, first);
  memcpy(ring, (const char *)bytes + first, length - first);
}

static void copy_out(uint64_t at, void *bytes, size_t length) {
  size_t offset = at % RING, first = length < RING - offset ? length : RING - offset;
  memcpy(bytes, ring + offset, first);
  memcpy((char *)bytes + first, ring, length - first);
}

/* The part of the ring from a position on, in the one or two pieces that it lies in. */
static int pieces(uint64_t at, size_t length, struct iovec out[2]) {
  size_t offset = at % RING, first = length < RING - offset ? length : RING - offset;
  out[0] = (struct iovec){ring + offset, first};
  out[1] = (struct iovec){ring, length - first};
  return first == length ? 1 : 2;
}

/* A futex is 32 bits wide: the low ones of a position, which differ after every frame. */
static void wake(_Atomic uint64_t *position) {
  sys_futex(position, FUTEX_WAKE_PRIVATE, 1, NULL);
}

static void wait_while(_Atomic uint64_t *position, uint64_t is, const struct timespec *timeout) {
  sys_futex(position, FUTEX_WAIT_PRIVATE, (uint32_t)is, timeout);
}

static void publish(uint8_t stream, uint32_t length) {
  uint64_t at = atomic_load(&head), before = pending[stream];
  struct frame frame = {MAGIC, FRAME_VERSION, stream, 0, length, clock_ns(CLOCK_REALTIME), before > UINT32_MAX ? UINT32_MAX : (uint32_t)before};
  pending[stream] = 0;
  copy_in(at, &frame, sizeof frame);
  atomic_store(&head, at + sizeof frame + length);
  if (atomic_load(&writer_sleeps)) wake(&head);
}

/* Short bursts may wait for the disk, within a budget of 5 % of the time and 50 ms at once; then they are dropped until
   half of the ring is free. */
int log_wants_more(uint64_t now) {
  static uint64_t last, budget;
  static int waiting;
  uint64_t passed = last ? now - last : 0;
  last = now;
  if (waiting) budget = budget > passed ? budget - passed : 0;
  else if ((budget += passed / 20) > 50000000) budget = 50000000;
  if (dropping && room() >= RING / 2) dropping = 0;
  waiting = !dropping && room() < SMALLEST_ROOM + sizeof(struct frame) && budget > 0;
  if (!waiting && !dropping && room() < SMALLEST_ROOM + sizeof(struct frame)) dropping = 1;
  return !waiting;
}

static int took(long count) {
  if (count > 0) return 1;
  return count == -EAGAIN || count == -EINTR ? 0 : -1;
}

int log_take(int pipe, uint8_t stream) {
  size_t free = room();
  if (dropping || free < SMALLEST_ROOM + sizeof(struct frame)) {
    long count = sys_splice(pipe, NOWHERE, LARGEST, SPLICE_F_NONBLOCK);
    if (count > 0) pending[stream] += (uint64_t)count, dropped_before_ring += (uint64_t)count;
    return took(count);
  }
  if (atomic_load(&head) == atomic_load(&tail)) { /* Empty: the next round starts at the same pages, so few are touched. */
    uint64_t end = atomic_load(&head), start = (end + RING - 1) / RING * RING;
    if (end - round_start > LARGEST) sys_madvise(ring, RING, MADV_DONTNEED);
    atomic_store(&tail, start);
    atomic_store(&head, start);
    round_start = start;
  }
  size_t wanted = free - sizeof(struct frame) < LARGEST ? free - sizeof(struct frame) : LARGEST;
  struct iovec into[2];
  int count_of_pieces = pieces(atomic_load(&head) + sizeof(struct frame), wanted, into);
  long count = sys_readv(pipe, into, count_of_pieces);
  if (count > 0) publish(stream, (uint32_t)count);
  return took(count);
}

void log_rotate(void) {
  atomic_store(&rotation_wanted, 1);
}

static void numbered(struct text *text, uint32_t number) {
  text_start(text, name);
  if (number == 0) return;
  text_add(text, ".");
  text_number(text, number);
}

static void rotate(void) {
  struct text from, to;
  if (file >= 0) sys_close(file);
  file = -1;
  if (files_max == 1) sys_unlinkat(directory, name);
  for (uint32_t i = files_max - 1; i >= 1; i--) { /* renaming over the oldest removes it */
    numbered(&from, i - 1);
    numbered(&to, i);
    sys_renameat(directory, from.bytes, directory, to.bytes);
  }
}

static int open_file(void) {
  if (file >= 0) return 1;
  file = (int)sys_openat(directory, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  struct stat stat;
  file_size = file >= 0 && sys_fstat(file, &stat) == 0 ? (uint64_t)stat.st_size : 0;
  return file >= 0;
}

/* The whole frames from tail on that still go into this file; at least one. */
static size_t batch(uint64_t from, uint64_t to, uint64_t *payload) {
  size_t length = 0;
  *payload = 0;
  while (from < to) {
    struct frame frame;
    copy_out(from, &frame, sizeof frame);
    size_t whole = sizeof frame + frame.length;
    if (length > 0 && file_size + length + whole > file_max) break;
    if (length == 0 && unreported > 0) { /* what the disk did not take is told in the next frame that it does take */
      uint64_t sum = unreported + frame.dropped;
      frame.dropped = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
      copy_in(from, &frame, sizeof frame);
      unreported = 0;
    }
    length += whole;
    *payload += frame.length + frame.dropped;
    from += whole;
  }
  return length;
}

static uint32_t first_length(uint64_t at) {
  struct frame frame;
  copy_out(at, &frame, sizeof frame);
  return (uint32_t)sizeof frame + frame.length;
}

static void write_out(uint64_t from, uint64_t to) {
  if (open_file() && ((file_size > 0 && file_size + first_length(from) > file_max) || atomic_exchange(&rotation_wanted, 0))) rotate();
  int usable = open_file();
  uint64_t payload;
  size_t length = batch(from, to, &payload);
  struct iovec out[2];
  int count = pieces(from, length, out);
  long written = usable ? sys_writev(file, out, count) : -1;
  if (written == (long)length) {
    file_size += length;
  } else { /* disk full: back to a whole frame, so that readers never meet half of one */
    if (written > 0 && sys_ftruncate(file, (off_t)file_size) != 0) sys_close(file), file = -1;
    unreported = payload;
    /* What the headers told of was counted when it was dropped. */
    uint64_t fresh = payload;
    for (uint64_t at = from; at < from + length;) {
      struct frame frame;
      copy_out(at, &frame, sizeof frame);
      fresh -= frame.dropped;
      at += sizeof frame + frame.length;
    }
    atomic_fetch_add(&lost, fresh);
  }
  atomic_store(&tail, from + length);
  if (atomic_load(&finishing)) wake(&tail);
}

static void writer(void) {
  for (;;) {
    uint64_t to = atomic_load(&head), from = atomic_load(&tail);
    if (to > from) {
      write_out(from, to);
      continue;
    }
    atomic_store(&writer_sleeps, 1);
    if (atomic_load(&head) == to) wait_while(&head, to, NULL);
    atomic_store(&writer_sleeps, 0);
  }
}

int log_start(const struct config *config) {
  struct text text;
  text_start(&text, "");
  text_number(&text, config->attempt);
  text_add(&text, ".log");
  memcpy(name, text.bytes, text.length + 1);
  file_max = config->log_bytes;
  files_max = config->log_files;
  directory = (int)sys_openat(AT_FDCWD, config->log_dir, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) return directory;
  /* A full disk must not keep an instance from starting: it is tried again with each batch. A first attempt's file is made
     when there is something to write: making one, and deleting it, is not cheap. Of later ones it tells that they were. */
  if (config->attempt > 1) open_file();
  return 0;
}

int log_run(void) {
  char *memory = sys_mmap(RING + STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  if (failed_to_map(memory)) return -ENOMEM;
  ring = (uint8_t *)memory;
  long thread = sys_clone_sharing(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, memory + RING + STACK, writer);
  return thread < 0 ? (int)thread : 0;
}

uint64_t log_finish(uint64_t patience_ns) {
  for (uint8_t stream = 1; stream < STREAMS; stream++)
    if (pending[stream] > 0 && room() >= sizeof(struct frame)) publish(stream, 0);
  uint64_t end = clock_ns(CLOCK_MONOTONIC) + patience_ns;
  atomic_store(&finishing, 1);
  for (;;) {
    uint64_t now = clock_ns(CLOCK_MONOTONIC), written = atomic_load(&tail);
    if (written == atomic_load(&head) || now >= end) break;
    struct timespec rest = {(time_t)((end - now) / 1000000000u), (long)((end - now) % 1000000000u)};
    wait_while(&tail, written, &rest);
  }
  uint64_t unwritten = 0, at = atomic_load(&tail), to = atomic_load(&head);
  while (at < to) {
    struct frame frame;
    copy_out(at, &frame, sizeof frame);
    unwritten += frame.length;
    at += sizeof frame + frame.length;
  }
  return dropped_before_ring + atomic_load(&lost) + unwritten;
}
