/*
 * The smallest workload that tells when it lived: its first act is to append a line with its own
 * CLOCK_BOOTTIME (nanoseconds) to a file.
 *
 *   probe stamp FILE      stamp, then wait for a signal
 *   probe once FILE CODE  stamp, then exit with CODE
 *   probe lock FILE LOCK  take a lock on the file LOCK first; failing to get it is an overlap
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static int stamp(const char *file, const char *what, long long boottime) {
  int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) {
    fprintf(stderr, "probe: %s: %s\n", file, strerror(errno));
    return 1;
  }
  char line[96];
  int length = snprintf(line, sizeof line, "%s %lld\n", what, boottime);
  int bad = write(fd, line, (size_t)length) != length;
  close(fd);
  return bad;
}

static int take(const char *file) {
  int fd = open(file, O_RDWR | O_CREAT, 0666);
  return fd < 0 ? -1 : flock(fd, LOCK_EX | LOCK_NB);
}

int main(int argc, char **argv) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  long long boottime = now.tv_sec * 1000000000LL + now.tv_nsec;
  if (argc < 3) {
    fputs("probe: stamp FILE | once FILE CODE | lock FILE LOCK\n", stderr);
    return 2;
  }
  const char *what = "started";
  if (strcmp(argv[1], "lock") == 0 && argc > 3 && take(argv[3]) < 0) {
    what = "overlap";
  }
  if (stamp(argv[2], what, boottime)) {
    return 1;
  }
  if (strcmp(argv[1], "once") == 0) {
    return argc > 3 ? atoi(argv[3]) : 0;
  }
  for (;;) {
    pause();
  }
}
