/* Copies files out of an instance, and into it, without any program of the instance's: this one does it, once it has
   become one of the instance's own processes, with the rights of its user and nothing else. So whatever a path leads to is
   what it may reach anyway. The stream is of entries; see docs/shim-protocol.md. Names are single ones, never paths. */
#define _GNU_SOURCE
#include "shim.h"

#include <dirent.h>

enum entry_type { DIRECTORY = 1, FILE_BYTES, LINK, LEAVE, DONE, LEFT_OUT };
enum { DEEPEST = 64, NAME_LENGTH = 255, TARGET_LENGTH = 4096, CHUNK = 32768, MODE_BITS = 0777 };

struct entry {
  uint8_t type, reserved;
  uint16_t name;  /* bytes of the name that follows */
  uint32_t mode;  /* permissions */
  int64_t time;   /* of the last change, in seconds */
};

struct linux_dirent64 {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
};

static uint64_t left_bytes;
static char chunk[CHUNK];

static void give_up(const char *what, long error) __attribute__((noreturn));
static void give_up(const char *what, long error) {
  struct text text;
  text_start(&text, what);
  if (error == -ENOENT) text_add(&text, ": no such file or directory");
  else if (error == -EACCES || error == -EPERM) text_add(&text, ": permission denied");
  else if (error == -EROFS) text_add(&text, ": the file system is read-only");
  else if (error == -ENOSPC || error == -EDQUOT) text_add(&text, ": no space is left");
  else if (error == -ENOTDIR) text_add(&text, ": not a directory");
  else if (error == -EISDIR) text_add(&text, ": is a directory");
  else if (error == -ELOOP) text_add(&text, ": is a symbolic link");
  else if (error < 0) text_add(&text, ": errno "), text_number(&text, (uint64_t)-error);
  text_add(&text, "\n");
  write_all(2, text.bytes, text.length);
  sys_exit_group(1);
}

static void put(const void *bytes, size_t length) {
  if (write_all(1, bytes, length) != 0) sys_exit_group(1); /* nobody reads it any more */
}

static void put_entry(enum entry_type type, const struct stat *stat, const char *name, size_t length) {
  struct entry entry = {(uint8_t)type, 0, (uint16_t)length, stat ? stat->st_mode & MODE_BITS : 0, stat ? stat->st_mtime : 0};
  put(&entry, sizeof entry);
  put(name, length);
}

static void put_chunk(const char *bytes, uint32_t length) {
  put(&length, sizeof length);
  put(bytes, length);
}

static void leave_out(const char *name) {
  put_entry(LEFT_OUT, NULL, name, strlen(name));
}

static void give_file(int file, const struct stat *stat, const char *name) {
  long count;
  put_entry(FILE_BYTES, stat, name, strlen(name));
  while ((count = sys_read(file, chunk, sizeof chunk)) > 0 || count == -EINTR) {
    if (count < 0) continue;
    if ((uint64_t)count > left_bytes) give_up("it is larger than may be copied at a time", 0);
    left_bytes -= (uint64_t)count;
    put_chunk(chunk, (uint32_t)count);
  }
  if (count < 0) give_up(name, count);
  put_chunk(NULL, 0);
}

static void give_link(int directory, const struct stat *stat, const char *name) {
  char target[TARGET_LENGTH];
  long length = sys_readlinkat(directory, name, target, sizeof target);
  if (length <= 0 || length == sizeof target) {
    leave_out(name);
    return;
  }
  put_entry(LINK, stat, name, strlen(name));
  put_chunk(target, (uint32_t)length);
}

static void give(int opened, const char *name, int depth);

static void give_one(int directory, const char *name, int depth) {
  struct stat stat;
  if (sys_fstatat(directory, name, &stat, AT_SYMLINK_NOFOLLOW) < 0) return; /* gone meanwhile */
  if (S_ISLNK(stat.st_mode)) {
    give_link(directory, &stat, name);
    return;
  }
  int opened = S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode) ? (int)sys_openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0) : -1;
  if (opened < 0 || depth == DEEPEST) leave_out(name);
  else give(opened, name, depth);
  if (opened >= 0) sys_close(opened);
}

static void give_directory(int directory, int depth) {
  char entries[2048] __attribute__((aligned(8)));
  long length;
  while ((length = sys_getdents64(directory, entries, sizeof entries)) > 0) {
    for (long at = 0; at < length;) {
      struct linux_dirent64 *each = (struct linux_dirent64 *)(entries + at);
      at += each->length;
      if (strcmp(each->name, ".") != 0 && strcmp(each->name, "..") != 0) give_one(directory, each->name, depth + 1);
    }
  }
}

static void give(int opened, const char *name, int depth) {
  struct stat stat;
  if (sys_fstat(opened, &stat) < 0) return;
  if (S_ISDIR(stat.st_mode)) {
    put_entry(DIRECTORY, &stat, name, strlen(name));
    give_directory(opened, depth);
    put_entry(LEAVE, NULL, "", 0);
  } else if (S_ISREG(stat.st_mode)) {
    give_file(opened, &stat, name);
  } else {
    leave_out(name);
  }
}

static void give_all(const char *path) __attribute__((noreturn));
static void give_all(const char *path) {
  struct stat stat;
  int opened = (int)sys_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  if (opened < 0) give_up(path, opened);
  if (sys_fstat(opened, &stat) < 0 || (!S_ISDIR(stat.st_mode) && !S_ISREG(stat.st_mode))) give_up("it is neither a file nor a directory", 0);
  give(opened, "", 0);
  put_entry(DONE, NULL, "", 0);
  sys_exit_group(0);
}

static void get(void *bytes, size_t length) {
  for (char *at = bytes; length > 0;) {
    long count = sys_read(0, at, length);
    if (count == -EINTR) continue;
    if (count <= 0) give_up("the copy was cut off", 0);
    at += count;
    length -= (size_t)count;
  }
}

/* The length of what is now in `chunk`; 0: the last. */
static uint32_t get_chunk(void) {
  uint32_t length;
  get(&length, sizeof length);
  if (length > sizeof chunk) give_up("the copy is no copy", 0);
  if (length > left_bytes) give_up("it is larger than may be copied at a time", 0);
  left_bytes -= length;
  get(chunk, length);
  return length;
}

static void get_name(const struct entry *entry, char name[NAME_LENGTH + 1]) {
  if (entry->name > NAME_LENGTH) give_up("a name is too long", 0);
  get(name, entry->name);
  name[entry->name] = 0;
}

static void require_name(const char *name, size_t length) {
  if (length == 0 || strlen(name) != length || strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) give_up("a name is none", 0);
}

static void take_file(int directory, const struct entry *entry, const char *name) {
  struct stat stat;
  int file = (int)sys_openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (file < 0) give_up(name, file);
  if (sys_fstat(file, &stat) < 0 || !S_ISREG(stat.st_mode)) give_up("it is no file", 0);
  for (uint32_t length; (length = get_chunk()) > 0;) {
    int result = write_all(file, chunk, length);
    if (result < 0) give_up(name, result);
  }
  const struct timespec times[] = {{entry->time, 0}, {entry->time, 0}};
  call3(SYS_fchmod, file, entry->mode & MODE_BITS, 0); /* another's file, that we may write to, keeps its own */
  call6(SYS_utimensat, file, 0, (long)times, 0, 0, 0);
  sys_close(file);
}

static void take_link(int directory, const char *name) {
  uint32_t length = get_chunk();
  if (length == 0 || length >= TARGET_LENGTH || memchr(chunk, 0, length) != NULL) give_up("a link leads nowhere", 0);
  chunk[length] = 0;
  long made = sys_symlinkat(chunk, directory, name);
  if (made == -EEXIST && sys_unlinkat(directory, name) == 0) made = sys_symlinkat(chunk, directory, name);
  if (made < 0) give_up(name, made);
}

static int take_directory(int directory, const struct entry *entry, const char *name) {
  long made = sys_mkdirat(directory, name, (entry->mode & MODE_BITS) | 0700);
  if (made < 0 && made != -EEXIST) give_up(name, made);
  int opened = (int)sys_openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
  if (opened < 0) give_up(name, opened);
  return opened;
}

/* Where the first entry goes, and under which name: into a directory that is there, else as that. */
static int destination(char *path, const char **name) {
  int directory = (int)sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory >= 0) return directory;
  char *slash = strrchr(path, '/');
  *name = slash == NULL ? path : slash + 1;
  if (**name == 0) give_up(path, directory);
  if (slash != NULL) *slash = 0;
  const char *parent = slash == NULL ? "." : slash == path ? "/" : path;
  directory = (int)sys_openat(AT_FDCWD, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) give_up(parent, directory);
  return directory;
}

static void take_all(char *path, const char *name) __attribute__((noreturn));
static void take_all(char *path, const char *name) {
  int directories[DEEPEST + 2], depth = 0;
  directories[0] = destination(path, &name);
  for (;;) {
    struct entry entry;
    char own[NAME_LENGTH + 1];
    get(&entry, sizeof entry);
    get_name(&entry, own);
    if (entry.type == DONE && depth == 0) sys_exit_group(0);
    if (entry.type == LEAVE && depth > 0) {
      sys_close(directories[depth--]);
      continue;
    }
    const char *called = depth == 0 ? name : own;
    require_name(called, depth == 0 ? strlen(name) : entry.name);
    if (entry.type == FILE_BYTES) take_file(directories[depth], &entry, called);
    else if (entry.type == LINK) take_link(directories[depth], called);
    else if (entry.type == DIRECTORY && depth <= DEEPEST) {
      int opened = take_directory(directories[depth], &entry, called);
      directories[++depth] = opened;
    }
    else give_up("the copy is no copy, or too deep", 0);
  }
}

void files_copy(const struct config *config) {
  left_bytes = config->files_most;
  if (config->files == FILES_GIVE) give_all(config->argv[0]);
  take_all(config->argv[0], config->argv[1]);
}
