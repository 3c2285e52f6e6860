/*
 * What a program is told of its clock and of one disk, other than it is: loaded before the C library of a node's JVM
 * (LD_PRELOAD), told what to do by a file that both have mapped. Without device-mapper no disk can fail below the file
 * system, and no clock of its own has a namespace.
 *
 *   REGROW_CHAOS_TOLD  the file: struct told, then the notes of what was written and not yet synced
 *   REGROW_CHAOS_DISK  the folder that is the disk
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { NOTES = 4096, NEAR = 64 };

/* Read in Java, too: Preload. All numbers are little-endian, of 8 bytes. */
struct told {
  int64_t clock_by;       /* nanoseconds that are added to the wall clock */
  int64_t clock_gains;    /* nanoseconds a second */
  int64_t clock_since;    /* CLOCK_MONOTONIC from which it gains */
  int64_t sync_delay;     /* microseconds */
  int64_t failing;        /* share in 1/1000 of writes and syncs that fail with EIO */
  int64_t read_only;      /* 1: EROFS */
  int64_t noting;         /* 1: notes are kept */
  int64_t reserved;
};

/* Of one file: bytes from low to high were written and not synced, nor were those behind synced_size. */
struct note {
  int64_t device, inode; /* 0: free */
  int64_t synced_size;
  int64_t low, high;                   /* written since the last sync began */
  int64_t syncing_low, syncing_high;   /* written before it, and it has not ended */
  int64_t reserved;
};

static volatile struct told *told;
static struct note *notes;
static const char *disk;
static size_t disk_length;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t chance;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("REGROW_CHAOS_TOLD");
  disk = getenv("REGROW_CHAOS_DISK");
  if (!file || !disk) return;
  disk_length = strlen(disk);
  int fd = open(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  size_t size = sizeof(struct told) + NOTES * sizeof(struct note);
  void *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped == MAP_FAILED) return;
  notes = (struct note *)((char *)mapped + sizeof(struct told));
  told = mapped;
}

/* ---- the clock ---- */

static int64_t monotonic(void) {
  struct timespec t;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t wrong_by(void) {
  int64_t by = told->clock_by, gains = told->clock_gains;
  if (gains) by += (int64_t)((double)(monotonic() - told->clock_since) * (double)gains / 1e9);
  return by;
}

static void falsify(struct timespec *t) {
  int64_t by = told ? wrong_by() : 0;
  if (!by) return;
  int64_t nanos = t->tv_sec * 1000000000LL + t->tv_nsec + by;
  t->tv_sec = nanos / 1000000000LL;
  t->tv_nsec = nanos % 1000000000LL;
}

typedef int clock_gettime_t(clockid_t, struct timespec *);

int clock_gettime(clockid_t clock, struct timespec *t) {
  static clock_gettime_t *real;
  if (!real) real = (clock_gettime_t *)dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, t);
  if (!result && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) falsify(t);
  return result;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  (void)zone;
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  t->tv_sec = precise.tv_sec;
  t->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *t) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (t) *t = precise.tv_sec;
  return precise.tv_sec;
}

/* ---- the disk ---- */

static int below(const char *path) {
  return path && !strncmp(path, disk, disk_length) && (path[disk_length] == '/' || !path[disk_length]);
}

/* Without printf, which might lock or allocate. */
static void number(int fd, char *text) {
  char digits[12];
  int n = 0;
  do digits[n++] = '0' + fd % 10; while (fd /= 10);
  while (n) *text++ = digits[--n];
  *text = 0;
}

static int of_disk(int fd) {
  char link[32] = "/proc/self/fd/", path[512];
  if (fd < 0) return 0;
  number(fd, link + 14);
  int saved = errno;
  ssize_t length = syscall(SYS_readlink, link, path, sizeof path - 1);
  errno = saved;
  if (length <= 0) return 0;
  path[length] = 0;
  return below(path);
}

static int fails(void) {
  int64_t share = told->failing;
  if (!share) return 0;
  uint64_t z = __atomic_add_fetch(&chance, 0x9e3779b97f4a7c15ULL, __ATOMIC_RELAXED);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return (int64_t)((z ^ (z >> 31)) % 1000) < share;
}

/* 0, or -1 with errno: what a disk in trouble says to a write or a sync. */
static int refused(void) {
  if (told->read_only) { errno = EROFS; return -1; }
  if (fails()) { errno = EIO; return -1; }
  return 0;
}

static int troubled(int fd) { return told && (told->failing || told->read_only || told->noting) && of_disk(fd); }

static struct note *note_of(const struct stat *file, int make) {
  uint64_t at = (uint64_t)file->st_ino * 0x9e3779b97f4a7c15ULL >> 52;
  for (int i = 0; i < NEAR; i++) {
    struct note *note = &notes[(at + i) % NOTES];
    if (note->inode == (int64_t)file->st_ino && note->device == (int64_t)file->st_dev) return note;
  }
  for (int i = 0; make && i < NEAR; i++) {
    struct note *note = &notes[(at + i) % NOTES];
    if (!note->inode) {
      note->device = file->st_dev;
      note->synced_size = file->st_size;
      note->low = note->syncing_low = INT64_MAX;
      note->high = note->syncing_high = 0;
      note->inode = file->st_ino;
      return note;
    }
  }
  return NULL; /* Too many files at once: this one is taken for synced. */
}

/* Whether a synced byte other than 0 is written over: what a disk keeps of it then is anybody's guess, so it counts as kept. */
static int holds(int fd, int64_t from, int64_t until) {
  unsigned char old[4096];
  char link[32] = "/proc/self/fd/";
  if (from >= until) return 0;
  number(fd, link + 14);
  int reading = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0); /* fd may be for writing alone. */
  int found = reading < 0;
  while (!found && from < until) {
    ssize_t got = pread(reading, old, until - from < (int64_t)sizeof old ? until - from : (int64_t)sizeof old, from);
    if (got <= 0) break;
    for (ssize_t i = 0; i < got; i++) found |= old[i];
    from += got;
  }
  if (reading >= 0) syscall(SYS_close, reading);
  return found;
}

/* Before a write: notes what it may leave unsynced. at < 0: at the file's own position. */
static void noted(int fd, int64_t at, int64_t length) {
  if (!told->noting || length <= 0) return;
  int saved = errno;
  struct stat file;
  if (!fstat(fd, &file) && S_ISREG(file.st_mode)) {
    if (at < 0) at = fcntl(fd, F_GETFL) & O_APPEND ? file.st_size : lseek(fd, 0, SEEK_CUR);
    pthread_mutex_lock(&lock);
    struct note *note = note_of(&file, 1);
    if (note) {
      int64_t synced = note->synced_size, unsynced = note->low < at ? note->low : at;
      int fresh = note->low == INT64_MAX && note->syncing_low == INT64_MAX;
      if (fresh) note->synced_size = synced = file.st_size;
      int64_t within = at + length < synced ? at + length : synced;
      if (!fresh || !holds(fd, at, within)) {
        note->low = unsynced;
        if (at + length > note->high) note->high = at + length;
      }
    }
    pthread_mutex_unlock(&lock);
  }
  errno = saved;
}

static int synced(int fd, long call) {
  if (told && told->sync_delay && of_disk(fd)) usleep(told->sync_delay);
  if (!troubled(fd)) return (int)syscall(call, fd);
  if (refused()) return -1;
  struct stat file;
  struct note *note = NULL;
  int64_t low = INT64_MAX, high = 0;
  pthread_mutex_lock(&lock);
  if (told->noting && !fstat(fd, &file) && (note = note_of(&file, 0))) {
    low = note->low, high = note->high;
    if (low < note->syncing_low) note->syncing_low = low;
    if (high > note->syncing_high) note->syncing_high = high;
    note->low = INT64_MAX, note->high = 0;
  }
  pthread_mutex_unlock(&lock);
  int result = (int)syscall(call, fd);
  if (note) {
    int saved = errno;
    pthread_mutex_lock(&lock);
    if (!result) {
      note->syncing_low = INT64_MAX, note->syncing_high = 0;
      if (file.st_size > note->synced_size) note->synced_size = file.st_size;
      if (note->low == INT64_MAX) note->inode = 0;
    } else {
      if (low < note->low) note->low = low;
      if (high > note->high) note->high = high;
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
  }
  return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

ssize_t write(int fd, const void *bytes, size_t length) {
  if (troubled(fd)) {
    if (refused()) return -1;
    noted(fd, -1, length);
  }
  return syscall(SYS_write, fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  if (troubled(fd)) {
    if (refused()) return -1;
    noted(fd, at, length);
  }
  return syscall(SYS_pwrite64, fd, bytes, length, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

static int64_t all(const struct iovec *parts, int count) {
  int64_t sum = 0;
  for (int i = 0; i < count; i++) sum += parts[i].iov_len;
  return sum;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (troubled(fd)) {
    if (refused()) return -1;
    noted(fd, -1, all(parts, count));
  }
  return syscall(SYS_writev, fd, parts, count);
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
  int writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
  if (told && writes && (told->read_only || told->failing) && below(path) && refused()) return -1;
  return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE                                 \
  mode_t mode = 0;                           \
  if (flags & (O_CREAT | __O_TMPFILE)) {     \
    va_list more;                            \
    va_start(more, flags);                   \
    mode = va_arg(more, mode_t);             \
    va_end(more);                            \
  }

int open(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE return opened(folder, path, flags, mode); }

static int changes(const char *path) { return told && (told->read_only || told->failing) && below(path) ? refused() : 0; }

int rename(const char *from, const char *to) {
  return changes(to) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int mkdir(const char *path, mode_t mode) { return changes(path) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode); }
int unlink(const char *path) { return changes(path) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0); }
int ftruncate64(int fd, off64_t size) { return troubled(fd) && refused() ? -1 : (int)syscall(SYS_ftruncate, fd, size); }
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
