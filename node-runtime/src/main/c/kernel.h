/* The kernel without a C library: system calls by their manual-page names, each returning what the kernel does, a result
   or -errno. A C library would be most of the memory of a shim, of which every instance has one. */
#ifndef REGROW_KERNEL_H
#define REGROW_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

#if defined __x86_64__
static inline long call3(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

static inline long call6(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}
#elif defined __aarch64__
static inline long call6(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

static inline long call3(long number, long a, long b, long c) {
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
#else
#error "the shim knows x86-64 and ARM64"
#endif

/* start.c. The function runs on the given stack, shares our memory, and never returns. */
long sys_clone_sharing(unsigned long flags, void *stack_end, void (*function)(void));
void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
void *memchr(const void *bytes, int wanted, size_t length);
size_t strlen(const char *string);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t length);
char *strchr(const char *string, int wanted);
char *strrchr(const char *string, int wanted);

/* Processes. */
static inline long sys_getpid(void) { return call3(SYS_getpid, 0, 0, 0); }
static inline long sys_getppid(void) { return call3(SYS_getppid, 0, 0, 0); }
static inline long sys_setsid(void) { return call3(SYS_setsid, 0, 0, 0); }
static inline long sys_prctl(int what, long a, long b) { return call6(SYS_prctl, what, a, b, 0, 0, 0); }
static inline long sys_fork(void) { return call6(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0); }
static inline long sys_clone3(void *arguments, size_t size) { return call3(SYS_clone3, (long)arguments, (long)size, 0); }
static inline long sys_unshare(int flags) { return call3(SYS_unshare, flags, 0, 0); }
static inline long sys_setns(int fd, int type) { return call3(SYS_setns, fd, type, 0); }
static inline long sys_kill(pid_t pid, int number) { return call3(SYS_kill, pid, number, 0); }
static inline long sys_wait4(pid_t pid, int *status, int options) { return call6(SYS_wait4, pid, (long)status, options, 0, 0, 0); }
static inline long sys_pidfd_open(pid_t pid) { return call3(SYS_pidfd_open, pid, 0, 0); }
static inline long sys_pidfd_send_signal(int fd, int number) { return call6(SYS_pidfd_send_signal, fd, number, 0, 0, 0, 0); }
static inline long sys_execve(const char *path, char **argv, char **envp) { return call3(SYS_execve, (long)path, (long)argv, (long)envp); }
static inline void sys_exit_group(int code) __attribute__((noreturn));
static inline void sys_exit_group(int code) { for (;;) call3(SYS_exit_group, code, 0, 0); }
static inline long sys_prlimit(unsigned resource, const uint64_t limit[2]) { return call6(SYS_prlimit64, 0, resource, (long)limit, 0, 0, 0); }
static inline long sys_setgroups(int count, const gid_t *groups) { return call3(SYS_setgroups, count, (long)groups, 0); }
static inline long sys_setresgid(gid_t gid) { return call3(SYS_setresgid, gid, gid, gid); }
static inline long sys_setresuid(uid_t uid) { return call3(SYS_setresuid, uid, uid, uid); }
static inline long sys_setfsuid(uid_t uid) { return call3(SYS_setfsuid, uid, 0, 0); }
static inline long sys_setfsgid(gid_t gid) { return call3(SYS_setfsgid, gid, 0, 0); }
static inline long sys_capset(void *header, const void *data) { return call3(SYS_capset, (long)header, (long)data, 0); }
static inline long sys_seccomp(unsigned operation, unsigned flags, const void *arguments) { return call3(SYS_seccomp, operation, flags, (long)arguments); }
static inline long sys_keyctl(int operation, long a) { return call6(SYS_keyctl, operation, a, 0, 0, 0, 0); }
static inline long sys_sethostname(const char *name, size_t length) { return call3(SYS_sethostname, (long)name, (long)length, 0); }
static inline long sys_umask(mode_t mask) { return call3(SYS_umask, mask, 0, 0); }

/* Signals: the kernel's set is one word. */
static inline long sys_sigmask(uint64_t blocked) { return call6(SYS_rt_sigprocmask, SIG_SETMASK, (long)&blocked, 0, sizeof blocked, 0, 0); }
static inline long sys_signalfd(uint64_t set, int flags) { return call6(SYS_signalfd4, -1, (long)&set, sizeof set, flags, 0, 0); }

/* Memory and time. */
static inline void *sys_mmap(size_t length, int protection, int flags, int fd) { return (void *)call6(SYS_mmap, 0, (long)length, protection, flags, fd, 0); }
static inline int failed_to_map(const void *address) { return (unsigned long)address >= -4095ul; }
static inline long sys_munmap(const void *address, size_t length) { return call3(SYS_munmap, (long)address, (long)length, 0); }
static inline long sys_madvise(void *address, size_t length, int advice) { return call3(SYS_madvise, (long)address, (long)length, advice); }
static inline long sys_clock_gettime(int clock, struct timespec *time) { return call3(SYS_clock_gettime, clock, (long)time, 0); }
static inline long sys_timerfd_create(int clock, int flags) { return call3(SYS_timerfd_create, clock, flags, 0); }
static inline long sys_timerfd_settime(int fd, int flags, const struct itimerspec *time) { return call6(SYS_timerfd_settime, fd, flags, (long)time, 0, 0, 0); }
static inline long sys_futex(void *word, int operation, uint32_t value, const struct timespec *timeout) { return call6(SYS_futex, (long)word, operation, value, (long)timeout, 0, 0); }
static inline long sys_poll(struct pollfd *watched, size_t count, const struct timespec *timeout) { return call6(SYS_ppoll, (long)watched, (long)count, (long)timeout, 0, 0, 0); }

/* Descriptors. */
static inline long sys_openat(int directory, const char *path, int flags, mode_t mode) { return call6(SYS_openat, directory, (long)path, flags, mode, 0, 0); }
static inline long sys_openat2(int directory, const char *path, const void *how, size_t size) { return call6(SYS_openat2, directory, (long)path, (long)how, (long)size, 0, 0); }
static inline long sys_close(int fd) { return call3(SYS_close, fd, 0, 0); }
static inline long sys_close_range(unsigned first, unsigned last, unsigned flags) { return call3(SYS_close_range, first, last, flags); }
static inline long sys_dup(int fd) { return call3(SYS_dup, fd, 0, 0); }
static inline long sys_dup3(int fd, int to, int flags) { return call3(SYS_dup3, fd, to, flags); }
static inline long sys_fcntl(int fd, int command, long argument) { return call3(SYS_fcntl, fd, command, argument); }
static inline long sys_ioctl(int fd, unsigned long request, void *argument) { return call3(SYS_ioctl, fd, (long)request, (long)argument); }
static inline long sys_read(int fd, void *into, size_t length) { return call3(SYS_read, fd, (long)into, (long)length); }
static inline long sys_write(int fd, const void *bytes, size_t length) { return call3(SYS_write, fd, (long)bytes, (long)length); }
static inline long sys_readv(int fd, const struct iovec *into, int count) { return call3(SYS_readv, fd, (long)into, count); }
static inline long sys_writev(int fd, const struct iovec *from, int count) { return call3(SYS_writev, fd, (long)from, count); }
static inline long sys_splice(int from, int to, size_t length, unsigned flags) { return call6(SYS_splice, from, 0, to, 0, (long)length, flags); }
static inline long sys_ftruncate(int fd, off_t length) { return call3(SYS_ftruncate, fd, length, 0); }
static inline long sys_fstatat(int directory, const char *path, struct stat *stat, int flags) { return call6(SYS_newfstatat, directory, (long)path, (long)stat, flags, 0, 0); }
static inline long sys_getdents64(int fd, void *into, size_t length) { return call3(SYS_getdents64, fd, (long)into, (long)length); }
static inline long sys_readlinkat(int directory, const char *path, char *into, size_t length) { return call6(SYS_readlinkat, directory, (long)path, (long)into, (long)length, 0, 0); }
static inline long sys_fstat(int fd, struct stat *stat) { return call3(SYS_fstat, fd, (long)stat, 0); }
static inline long sys_pipe2(int ends[2], int flags) { return call3(SYS_pipe2, (long)ends, flags, 0); }
static inline long sys_socket(int family, int type) { return call3(SYS_socket, family, type, 0); }
static inline long sys_socketpair(int type, int ends[2]) { return call6(SYS_socketpair, AF_UNIX, type, 0, (long)ends, 0, 0); }
static inline long sys_setsockopt(int fd, int option, const int *value) { return call6(SYS_setsockopt, fd, SOL_SOCKET, option, (long)value, sizeof *value, 0); }
static inline long sys_recvmsg(int fd, struct msghdr *message, int flags) { return call3(SYS_recvmsg, fd, (long)message, flags); }
static inline long sys_recv(int fd, void *into, size_t length, int flags) { return call6(SYS_recvfrom, fd, (long)into, (long)length, flags, 0, 0); }

/* Names and mounts. */
static inline long sys_chdir(const char *path) { return call3(SYS_chdir, (long)path, 0, 0); }
static inline long sys_fchdir(int fd) { return call3(SYS_fchdir, fd, 0, 0); }
static inline long sys_fchmodat(int directory, const char *path, mode_t mode) { return call3(SYS_fchmodat, directory, (long)path, mode); }
static inline long sys_fchownat(int directory, const char *path, uid_t uid, gid_t gid, int flags) { return call6(SYS_fchownat, directory, (long)path, uid, gid, flags, 0); }
static inline long sys_mkdirat(int directory, const char *path, mode_t mode) { return call3(SYS_mkdirat, directory, (long)path, mode); }
static inline long sys_mknodat(int directory, const char *path, mode_t mode, unsigned device) { return call6(SYS_mknodat, directory, (long)path, mode, device, 0, 0); }
static inline long sys_symlinkat(const char *target, int directory, const char *path) { return call3(SYS_symlinkat, (long)target, directory, (long)path); }
static inline long sys_unlinkat(int directory, const char *path) { return call3(SYS_unlinkat, directory, (long)path, 0); }
static inline long sys_renameat(int from_directory, const char *from, int to_directory, const char *to) { return call6(SYS_renameat, from_directory, (long)from, to_directory, (long)to, 0, 0); }
static inline long sys_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) { return call6(SYS_mount, (long)source, (long)target, (long)type, (long)flags, (long)data, 0); }
static inline long sys_umount2(const char *target, int flags) { return call3(SYS_umount2, (long)target, flags, 0); }
static inline long sys_pivot_root(const char *to, const char *old) { return call3(SYS_pivot_root, (long)to, (long)old, 0); }
static inline long sys_open_tree(int directory, const char *path, unsigned flags) { return call3(SYS_open_tree, directory, (long)path, flags); }
static inline long sys_move_mount(int tree, int target, unsigned flags) { return call6(SYS_move_mount, tree, (long)"", target, (long)"", flags, 0); }
static inline long sys_mount_setattr(int tree, unsigned flags, const void *change, size_t size) { return call6(SYS_mount_setattr, tree, (long)"", flags, (long)change, (long)size, 0); }

#endif
