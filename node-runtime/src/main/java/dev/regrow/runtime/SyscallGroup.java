package dev.regrow.runtime;

import java.util.List;

/**
 * System calls that an instance may be let make beyond those of the filter that all have: what some
 * programs need, on what is their instance's own. Decision 192 says why no other is here.
 */
public enum SyscallGroup {
  IO_URING("io_uring_setup io_uring_enter io_uring_register"),
  PTRACE("ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp"),
  USERFAULTFD("userfaultfd");

  private final String calls;

  SyscallGroup(String calls) {
    this.calls = calls;
  }

  /** As the kernel names them. */
  public List<String> calls() {
    return List.of(calls.split(" ", -1));
  }
}
