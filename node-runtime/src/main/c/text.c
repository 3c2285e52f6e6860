#include "shim.h"

void text_start(struct text *text, const char *string) {
  text->length = 0;
  text_add(text, string);
}

void text_add(struct text *text, const char *string) {
  size_t length = strlen(string), room = sizeof text->bytes - 1 - text->length;
  if (length > room) length = room;
  memcpy(text->bytes + text->length, string, length);
  text->length += length;
  text->bytes[text->length] = 0;
}

void text_number(struct text *text, uint64_t number) {
  char digits[21], *at = digits + 20;
  *at = 0;
  do *--at = (char)('0' + number % 10); while ((number /= 10) != 0);
  text_add(text, at);
}

void text_pair(struct text *text, const char *key, uint64_t number) {
  text_add(text, key);
  text_add(text, "=");
  text_number(text, number);
  text_add(text, "\n");
}

int write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    long written = sys_write(fd, bytes, length);
    if (written == -EINTR) continue;
    if (written <= 0) return written < 0 ? (int)written : -EIO;
    bytes += written;
    length -= (size_t)written;
  }
  return 0;
}

int write_file(int directory, const char *path, const char *content) {
  int fd = (int)sys_openat(directory, path, O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  int result = write_all(fd, content, strlen(content));
  sys_close(fd);
  return result;
}

uint64_t clock_ns(int clock) {
  struct timespec time;
  sys_clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}
