/*
 * The smallest workload that tells when it lived: its first act is to append a line with its own
 * CLOCK_BOOTTIME (nanoseconds) to a file.
 *
 *   probe stamp FILE      stamp, then wait for a signal
 *   probe once FILE CODE  stamp, then exit with CODE
 *   probe lock FILE LOCK  take a lock on the file LOCK first; failing to get it is an overlap
 *   probe drive FILE N COMMAND...  runs a command N times, one after another, and stamps when it was forked; {} at the end
 *                         of an argument becomes its number. What is compared with us is started by this, not by a JVM.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
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

static long long boottime_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void number(char **command, char **numbered, long n) {
  static char texts[8][256];
  int used = 0;
  for (; *command != NULL; command++, numbered++) {
    size_t length = strlen(*command);
    int wanted = length >= 2 && length < 200 && used < 8 && strcmp(*command + length - 2, "{}") == 0;
    if (wanted) snprintf(texts[used], sizeof texts[used], "%.*s%ld", (int)length - 2, *command, n);
    *numbered = wanted ? texts[used++] : *command;
  }
  *numbered = NULL;
}

static int drive(const char *file, long count, int words, char **command) {
  char **numbered = calloc((size_t)words + 1, sizeof *numbered);
  if (numbered == NULL) return 1;
  for (long n = 0; n < count; n++) {
    number(command, numbered, n);
    pid_t pid;
    int status;
    long long forked = boottime_now();
    int error = posix_spawn(&pid, command[0], NULL, NULL, numbered, environ);
    if (error != 0) {
      fprintf(stderr, "probe: %s: %s\n", command[0], strerror(error));
      return 1;
    }
    if (stamp(file, "forked", forked) || waitpid(pid, &status, 0) != pid || status != 0) return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  long long boottime = boottime_now();
  if (argc < 3) {
    fputs("probe: stamp FILE | once FILE CODE | lock FILE LOCK | drive FILE N COMMAND...\n", stderr);
    return 2;
  }
  if (strcmp(argv[1], "drive") == 0 && argc > 4) {
    return drive(argv[2], atol(argv[3]), argc - 4, argv + 4);
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
