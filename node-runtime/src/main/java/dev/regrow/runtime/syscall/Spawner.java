package dev.regrow.runtime.syscall;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jnr.ffi.LastError;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * posix_spawn(3). glibc makes the child share our memory until exec, so it costs the same however
 * large the heap is; ProcessBuilder, by way of its helper program, costs seven times as much.
 */
final class Spawner {

  /** glibc's own sizes are 80, 336 and 128 bytes; these leave room. */
  private static final int FILE_ACTIONS_SIZE = 256;

  private static final int ATTR_SIZE = 512;
  private static final int SIGSET_SIZE = 128;
  private static final short SETSIGDEF_AND_SETSIGMASK = 4 | 8;
  private static final int F_DUPFD_CLOEXEC = 1030;

  /** Sources below this are moved up first, so that no target overwrites a source still to come. */
  private static final int MAX_TARGET = 32;

  private final LibC libc;
  private final Runtime runtime;

  Spawner(LibC libc, Runtime runtime) {
    this.libc = libc;
    this.runtime = runtime;
  }

  int spawn(
      String program,
      List<String> argv,
      Map<String, String> environment,
      Map<Integer, Fd> inherited) {
    var moved = new ArrayList<Integer>();
    var actions = Memory.allocateDirect(runtime, FILE_ACTIONS_SIZE, true);
    var attr = Memory.allocateDirect(runtime, ATTR_SIZE, true);
    ok(libc.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init()");
    try {
      ok(libc.posix_spawnattr_init(attr), "posix_spawnattr_init()");
      try {
        resetSignals(attr);
        passOn(inherited, actions, moved);
        var environ = environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue());
        var pid = new int[1];
        ok(
            libc.posix_spawn(pid, program, actions, attr, strings(argv), strings(environ.toList())),
            "posix_spawn(" + program + ")");
        return pid[0];
      } finally {
        libc.posix_spawnattr_destroy(attr);
      }
    } finally {
      libc.posix_spawn_file_actions_destroy(actions);
      moved.forEach(libc::close);
    }
  }

  private void resetSignals(Pointer attr) {
    var set = Memory.allocateDirect(runtime, SIGSET_SIZE, true);
    libc.sigemptyset(set);
    ok(libc.posix_spawnattr_setsigmask(attr, set), "posix_spawnattr_setsigmask()");
    libc.sigfillset(set);
    ok(libc.posix_spawnattr_setsigdefault(attr, set), "posix_spawnattr_setsigdefault()");
    ok(libc.posix_spawnattr_setflags(attr, SETSIGDEF_AND_SETSIGMASK), "posix_spawnattr_setflags()");
  }

  private void passOn(Map<Integer, Fd> inherited, Pointer actions, List<Integer> moved) {
    int next = 0;
    for (var target : inherited.keySet().stream().sorted().toList()) {
      if (target < 0 || target >= MAX_TARGET) {
        throw new IllegalArgumentException("no descriptor " + target + ": at most 31");
      }
      for (; next < target; next++) {
        ok(libc.posix_spawn_file_actions_addclose(actions, next), "addclose(" + next + ")");
      }
      int source = source(inherited, target, moved);
      ok(libc.posix_spawn_file_actions_adddup2(actions, source, target), "adddup2(" + source + ")");
      next = target + 1;
    }
    ok(libc.posix_spawn_file_actions_addclosefrom_np(actions, next), "addclosefrom(" + next + ")");
  }

  @SuppressWarnings("NullAway") // a key of this map
  private int source(Map<Integer, Fd> inherited, int target, List<Integer> moved) {
    int source = inherited.get(target).number();
    if (source >= MAX_TARGET) {
      return source;
    }
    int above = libc.fcntl(source, F_DUPFD_CLOEXEC, MAX_TARGET);
    if (above == -1) {
      throw new SyscallException(
          "fcntl(%d, F_DUPFD_CLOEXEC)".formatted(source), LastError.getLastError(runtime));
    }
    moved.add(above);
    return above;
  }

  /** A NULL-terminated array of C strings in one block that lives as long as the pointer to it. */
  private Pointer strings(List<String> values) {
    var encoded = values.stream().map(v -> v.getBytes(StandardCharsets.UTF_8)).toList();
    long table = 8L * (values.size() + 1);
    long text = encoded.stream().mapToLong(bytes -> bytes.length + 1L).sum();
    var block = Memory.allocateDirect(runtime, (int) (table + text), true);
    long at = table;
    for (int i = 0; i < encoded.size(); i++) {
      var bytes = encoded.get(i);
      block.put(at, bytes, 0, bytes.length);
      block.putLong(8L * i, block.address() + at);
      at += bytes.length + 1;
    }
    return block;
  }

  /** These calls return the error number instead of setting errno. */
  private static void ok(int error, String call) {
    if (error != 0) {
      throw new SyscallException(call, error);
    }
  }
}
