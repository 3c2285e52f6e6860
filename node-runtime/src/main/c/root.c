/* An interpreter of root steps: what a root consists of is decided in Java (RootPlan), here it is only carried out. */
#define _GNU_SOURCE
#include "shim.h"

#include <linux/openat2.h>
#include <sys/mount.h>

enum op { ROOT_TMPFS = 1, ROOT_OVERLAY, DIRECTORY = 4, TEXT, SYMLINK, BIND, FILESYSTEM, DEVICE, MASK, READ_ONLY, SEAL, LAYERS, EXTEND };

/* The low bits of a step's flags are MOUNT_ATTR_RDONLY, NOSUID, NODEV, NOEXEC as the kernel numbers them. */
enum { ATTRIBUTES = 0xF, ATTRIBUTE_RDONLY = 1, OPTIONAL = 0x100, RECURSIVE = 0x200, IDMAPPED = 0x400, STRAIGHT = 0x800 };

/* Older libc headers lack these. */
enum { TREE_CLONE = 1, TREE_CLOEXEC = O_CLOEXEC, RECURSIVELY = 0x8000, FROM_EMPTY = 4, TO_EMPTY = 0x40, ATTRIBUTE_IDMAP = 0x100000 };
struct mount_change {
  uint64_t set, clear, propagation, userns;
};

static const struct config *config;
static int stage = -1, root = -1, userns = -1;
static const char *layers; /* names below the overlay's lower directory, the upper first; NULL: itself */

static int must(long result, const char *what) {
  if (result < 0) child_fail(result, "root", what);
  return (int)result;
}

static int open_path(int directory, const char *path, const char *what) {
  return must(sys_openat(directory, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0), what);
}

static int in_root(const char *path) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  return (int)sys_openat2(root, path, &how, sizeof how);
}

/* Opens a place in the new root, making what is missing of it: directories, and a file at its end if one is wanted. The
   root file system is not trusted: its links are resolved inside of it. */
static int place(const char *path, int is_file) {
  char prefix[4096];
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof prefix || path[0] != '/') child_fail(-EINVAL, "root", path);
  int there = in_root(path);
  if (there >= 0) return there;
  memcpy(prefix, path, length + 1);
  int parent = must(sys_dup(root), path);
  for (char *at = prefix + 1; *at != 0;) {
    char *slash = strchr(at, '/'), *next = slash ? slash + 1 : at + strlen(at);
    if (slash) *slash = 0;
    if (*at != 0) {
      int fd = in_root(prefix);
      if (fd == -ENOENT) {
        long made = *next == 0 && is_file ? sys_mknodat(parent, at, S_IFREG | 0644, 0) : sys_mkdirat(parent, at, 0755);
        if (made == 0) must(sys_fchownat(parent, at, config->id_base, config->id_base, AT_SYMLINK_NOFOLLOW), path);
        fd = in_root(prefix);
      }
      must(fd, path);
      sys_close(parent);
      parent = fd;
    }
    if (slash) *slash = '/';
    at = next;
  }
  return parent;
}

static void attach(int tree, int target, const char *what) {
  must(sys_move_mount(tree, target, FROM_EMPTY | TO_EMPTY), what);
  sys_close(tree);
  sys_close(target);
}

static void change(int tree, uint32_t flags, const char *what) {
  struct mount_change wanted = {.set = flags & ATTRIBUTES};
  if (flags & IDMAPPED) wanted.set |= ATTRIBUTE_IDMAP, wanted.userns = (uint64_t)userns;
  if (wanted.set == 0) return;
  must(sys_mount_setattr(tree, AT_EMPTY_PATH | RECURSIVELY, &wanted, sizeof wanted), what);
}

static int clone_tree(int directory, const char *path, uint32_t flags) {
  unsigned how = TREE_CLONE | TREE_CLOEXEC | (flags & RECURSIVE ? RECURSIVELY : 0) | (*path ? 0 : AT_EMPTY_PATH);
  return (int)sys_open_tree(directory, path, how);
}

/* What the host has at a path. One that was judged has no links; whoever has put one there since is not followed. */
static int clone_host(const char *path, uint32_t flags) {
  if (!(flags & STRAIGHT)) return clone_tree(AT_FDCWD, path, flags);
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
  int there = (int)sys_openat2(AT_FDCWD, path, &how, sizeof how);
  if (there < 0) return there;
  int tree = clone_tree(there, "", flags);
  sys_close(there);
  return tree;
}

/* sys_mount(2) wants a path; /proc is the host's until the very end. */
static long mount_at(const char *type, int target, uint32_t flags, const char *data) {
  static const unsigned long legacy[] = {MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC};
  unsigned long bits = 0;
  for (int i = 0; i < 4; i++) if (flags & (1u << i)) bits |= legacy[i];
  struct text path;
  text_start(&path, "/proc/self/fd/");
  text_number(&path, (uint64_t)target);
  return sys_mount(type, path.bytes, type, bits, data);
}

static void octal(struct text *text, uint32_t mode) {
  char digits[] = {(char)('0' + (mode >> 9 & 7)), (char)('0' + (mode >> 6 & 7)), (char)('0' + (mode >> 3 & 7)), (char)('0' + (mode & 7)), 0};
  text_add(text, digits);
}

static void option(struct text *text, const char *key, uint64_t number) {
  text_add(text, key);
  text_number(text, number);
}

static void filesystem(const struct step *step) {
  int target = place(step->b, 0);
  struct text data;
  text_start(&data, "");
  if (strcmp(step->a, "tmpfs") == 0) {
    text_add(&data, "mode=");
    octal(&data, step->mode);
    option(&data, ",size=", step->size);
    option(&data, ",uid=", step->uid);
    option(&data, ",gid=", step->gid);
  } else if (strcmp(step->a, "devpts") == 0) {
    text_add(&data, "newinstance,ptmxmode=0666,mode=0620");
    option(&data, ",gid=", step->gid);
  }
  long mounted = mount_at(step->a, target, step->flags, data.bytes);
  if (!(step->flags & OPTIONAL)) must(mounted, step->b);
  sys_close(target);
}

static void root_is_there(void) {
  root = open_path(stage, "root", "the new root");
}

static void root_tmpfs(const struct step *step) {
  struct text data;
  text_start(&data, "mode=0755");
  option(&data, ",size=", step->size);
  option(&data, ",uid=", step->uid);
  option(&data, ",gid=", step->gid);
  must(sys_mount("tmpfs", "root", "tmpfs", MS_NOSUID | MS_NODEV, data.bytes), "tmpfs as root");
  root_is_there();
}

static void add_option(char options[4096], const char *more) {
  size_t length = strlen(options), count = strlen(more);
  if (count >= 4096 - length) child_fail(-E2BIG, "root", "the overlay's options");
  memcpy(options + length, more, count + 1);
}

/* Where what is written to the root is kept. Places to mount at are made even in a root that nobody may write to: those
   live as long as the stage, in memory. What is on disk is deleted when the attempt is over, so that it need never be
   written there: without "volatile", the end of the mount would write out all that the whole file system has to. */
static void add_upper(char options[4096], const char *writable) {
  struct text here;
  const char *base = writable;
  if (*writable == 0) {
    must(sys_mkdirat(stage, "upper", 0755) | sys_mkdirat(stage, "work", 0755), "upper");
    must(sys_fchownat(stage, "upper", config->id_base, config->id_base, 0), "upper");
    text_start(&here, "/proc/self/fd/");
    text_number(&here, (uint64_t)stage);
    base = here.bytes;
  }
  add_option(options, ",upperdir=");
  add_option(options, base);
  add_option(options, "/upper,workdir=");
  add_option(options, base);
  add_option(options, *writable ? "/work,volatile" : "/work");
}

static void root_overlay(const struct step *step) {
  const char *what = *step->b ? step->b : step->a;
  int tree = clone_host(step->a, step->flags);
  must(tree, step->a);
  change(tree, step->flags, step->a);
  int lower = open_path(stage, "lower", "lower");
  attach(tree, lower, step->a);
  /* One mount's options are a page at most; names of layers are looked up where they are, so they need no prefix. */
  char options[4096] = "lowerdir="; /* of the stack, which is given back: what is static stays for life */
  add_option(options, layers ? layers : ".");
  add_upper(options, step->b);
  int shown = open_path(stage, "lower", "lower"), target = open_path(stage, "root", "the new root");
  must(sys_fchdir(shown), step->a);
  struct text path;
  text_start(&path, "/proc/self/fd/");
  text_number(&path, (uint64_t)target);
  must(sys_mount("overlay", path.bytes, "overlay", MS_NOSUID | MS_NODEV, options), what);
  must(sys_fchdir(stage), what);
  sys_close(shown);
  sys_close(target);
  root_is_there();
}

static void bind_mount(const struct step *step) {
  int tree = clone_host(step->a, step->flags);
  if (tree < 0 && step->flags & OPTIONAL) return;
  must(tree, step->a);
  struct stat stat;
  must(sys_fstat(tree, &stat), step->a);
  change(tree, step->flags, step->a);
  attach(tree, place(step->b, !S_ISDIR(stat.st_mode)), step->b);
}

/* Lets places be made below a directory that is read-only and shared: what is made is this instance's alone. */
static void extend(const struct step *step) {
  static int count;
  struct text upper, work, options;
  text_start(&upper, "upper");
  text_number(&upper, (uint64_t)++count);
  text_start(&work, "work");
  text_number(&work, (uint64_t)count);
  must(sys_mkdirat(stage, upper.bytes, 0755), step->a);
  must(sys_mkdirat(stage, work.bytes, 0755), step->a);
  int there = in_root(step->a);
  must(there, step->a);
  /* Relative to the stage, where we are. */
  text_start(&options, "lowerdir=/proc/self/fd/");
  text_number(&options, (uint64_t)there);
  text_add(&options, ",upperdir=");
  text_add(&options, upper.bytes);
  text_add(&options, ",workdir=");
  text_add(&options, work.bytes);
  must(mount_at("overlay", there, 6 /* nosuid, nodev */, options.bytes), step->a);
  sys_close(there);
}

/* A small file of our own, bound over what the root has there: it need not be writable, or have the file. */
static void text_file(const struct step *step) {
  static int count;
  struct text name;
  text_start(&name, "");
  text_number(&name, (uint64_t)++count);
  int fd = must(sys_openat(stage, name.bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444), step->a);
  must(write_all(fd, step->b, strlen(step->b)), step->a);
  sys_close(fd);
  int tree = clone_tree(stage, name.bytes, 0);
  must(tree, step->a);
  change(tree, ATTRIBUTES, step->a);
  attach(tree, place(step->a, 1), step->a);
}

/* The directory that something is to be made in, and its name there. */
static int parent_of(const char *path, const char **name) {
  char parent[1024];
  const char *slash = strrchr(path, '/');
  if (slash == NULL || (size_t)(slash - path) >= sizeof parent) child_fail(-EINVAL, "root", path);
  memcpy(parent, path, (size_t)(slash - path));
  parent[slash - path] = 0;
  *name = slash + 1;
  return slash == path ? must(sys_dup(root), path) : place(parent, 0);
}

static void device(const struct step *step) {
  const char *name;
  int directory = parent_of(step->a, &name);
  must(sys_mknodat(directory, name, S_IFCHR | step->mode, step->uid << 8 | step->gid), step->a);
  must(sys_fchownat(directory, name, config->id_base, config->id_base, AT_SYMLINK_NOFOLLOW), step->a);
  sys_close(directory);
}

static void symbolic_link(const struct step *step) {
  const char *name;
  int directory = parent_of(step->a, &name);
  must(sys_symlinkat(step->b, directory, name), step->a);
  sys_close(directory);
}

static void directory(const struct step *step) {
  int fd = place(step->a, 0);
  /* An O_PATH descriptor can be neither chmodded nor chowned by itself. */
  must(sys_fchownat(fd, "", step->uid, step->gid, AT_EMPTY_PATH), step->a);
  struct text path;
  text_start(&path, "/proc/self/fd/");
  text_number(&path, (uint64_t)fd);
  must(sys_fchmodat(AT_FDCWD, path.bytes, step->mode), step->a);
  sys_close(fd);
}

static void mask(const struct step *step) {
  int target = in_root(step->a);
  if (target < 0) return; /* this kernel does not have it */
  struct stat stat;
  must(sys_fstat(target, &stat), step->a);
  if (S_ISDIR(stat.st_mode)) {
    int nothing = clone_tree(stage, "empty", 0); /* cheaper than a file system for each */
    must(nothing, step->a);
    change(nothing, ATTRIBUTES, step->a);
    attach(nothing, target, step->a);
    return;
  }
  int null = in_root("/dev/null");
  must(null, "/dev/null");
  int tree = clone_tree(null, "", 0);
  must(tree, step->a);
  change(tree, ATTRIBUTE_RDONLY, step->a);
  attach(tree, target, step->a);
  sys_close(null);
}

static void read_only(const struct step *step) {
  int target = in_root(step->a);
  if (target < 0) return;
  int tree = clone_tree(target, "", RECURSIVE);
  must(tree, step->a);
  change(tree, ATTRIBUTES, step->a);
  attach(tree, target, step->a);
}

static void seal(void) {
  struct mount_change wanted = {.set = ATTRIBUTE_RDONLY};
  must(sys_mount_setattr(root, AT_EMPTY_PATH, &wanted, sizeof wanted), "read-only root");
}

static void carry_out(const struct step *step) {
  switch (step->op) {
    case ROOT_TMPFS: root_tmpfs(step); break;
    case ROOT_OVERLAY: root_overlay(step); break;
    case DIRECTORY: directory(step); break;
    case TEXT: text_file(step); break;
    case SYMLINK: symbolic_link(step); break;
    case BIND: bind_mount(step); break;
    case FILESYSTEM: filesystem(step); break;
    case DEVICE: device(step); break;
    case MASK: mask(step); break;
    case READ_ONLY: read_only(step); break;
    case SEAL: seal(); break;
    case LAYERS: layers = step->b; break;
    case EXTEND: extend(step); break;
    default: child_fail(-ENOSYS, "root", "a step that this shim does not know");
  }
}

void root_build(const struct config *the_config, int the_userns) {
  config = the_config;
  userns = the_userns;
  must(sys_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
  /* All that is needed only while building lies on this tmpfs, and goes with the old root. */
  must(sys_mount("tmpfs", config->state_dir, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700,size=1m"), config->state_dir);
  stage = open_path(AT_FDCWD, config->state_dir, config->state_dir);
  must(sys_fchdir(stage), config->state_dir);
  must(sys_mkdirat(stage, "root", 0755) | sys_mkdirat(stage, "lower", 0755), config->state_dir);
  sys_umask(0);
  must(sys_mkdirat(stage, "empty", 0555), config->state_dir);
  for (size_t i = 0; i < config->steps_count; i++) {
    if (root < 0 && config->steps[i].op > ROOT_OVERLAY && config->steps[i].op != LAYERS) child_fail(-EINVAL, "root", "no root before other steps");
    carry_out(&config->steps[i]);
  }
  must(sys_fchdir(root), "the new root");
  must(sys_pivot_root(".", "."), "pivot_root");
  must(sys_umount2(".", MNT_DETACH), "leaving the old root");
  must(sys_chdir("/"), "/");
  sys_close(root);
  sys_close(stage);
}
