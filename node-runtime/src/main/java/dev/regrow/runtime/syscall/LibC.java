package dev.regrow.runtime.syscall;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Encoding;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import org.jspecify.annotations.Nullable;

/**
 * glibc, in the names of the manual pages. For {@link LinuxKernel} only; JNR-FFI demands that it be
 * public.
 */
@Encoding("UTF-8")
@SuppressWarnings("checkstyle:MethodName")
public interface LibC {

  int posix_spawn(
      @Out int[] pid, String path, Pointer fileActions, Pointer attr, Pointer argv, Pointer envp);

  int posix_spawn_file_actions_init(Pointer actions);

  int posix_spawn_file_actions_adddup2(Pointer actions, int fd, int newFd);

  int posix_spawn_file_actions_addclose(Pointer actions, int fd);

  int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int from);

  int posix_spawn_file_actions_destroy(Pointer actions);

  int posix_spawnattr_init(Pointer attr);

  int posix_spawnattr_setflags(Pointer attr, short flags);

  int posix_spawnattr_setsigmask(Pointer attr, Pointer set);

  int posix_spawnattr_setsigdefault(Pointer attr, Pointer set);

  int posix_spawnattr_destroy(Pointer attr);

  int sigemptyset(Pointer set);

  int sigfillset(Pointer set);

  int waitid(int type, int id, Pointer siginfo, int options);

  int pipe2(@Out int[] fds, int flags);

  int open(String path, int flags, int mode);

  int close(int fd);

  long read(int fd, @Out byte[] buffer, long count);

  long write(int fd, Pointer buffer, long count);

  int fcntl(int fd, int command, int argument);

  int mkfifo(String path, int mode);

  int chmod(String path, int mode);

  int poll(Pointer fds, long count, int timeoutMillis);

  int epoll_create1(int flags);

  int epoll_ctl(int epoll, int operation, int fd, @Nullable Pointer event);

  int epoll_wait(int epoll, Pointer events, int maxEvents, int timeoutMillis);

  int eventfd(int initial, int flags);

  int mount(@Nullable String source, String target, @Nullable String type, long flags, String data);

  int socket(int domain, int type, int protocol);

  long sendto(int fd, Pointer buffer, long count, int flags, Pointer address, int addressLength);

  int umount2(String target, int flags);

  int setns(int fd, int type);

  int unshare(int flags);

  int clock_gettime(int clock, @Out long[] timespec);

  int openat(int directory, @In byte[] name, int flags, int mode);

  int mkdirat(int directory, @In byte[] name, int mode);

  int symlinkat(@In byte[] target, int directory, @In byte[] name);

  int linkat(int from, @In byte[] fromName, int to, @In byte[] toName, int flags);

  int mknodat(int directory, @In byte[] name, int mode, long device);

  int unlinkat(int directory, @In byte[] name, int flags);

  int renameat(int from, @In byte[] fromName, int to, @In byte[] toName);

  int fchownat(int directory, @In byte[] name, int uid, int gid, int flags);

  int fchown(int fd, int uid, int gid);

  int fchmod(int fd, int mode);

  int utimensat(int directory, @In byte[] name, Pointer times, int flags);

  int futimens(int fd, Pointer times);

  int fsetxattr(int fd, String name, Pointer value, long size, int flags);

  long lgetxattr(String path, String name, Pointer value, long size);

  int syncfs(int fd);

  int statx(int directory, String path, int flags, int mask, Pointer statx);

  /** For calls that older C libraries do not wrap. */
  long syscall(long number, @In long a, @In long b, @In long c, @In long d);
}
