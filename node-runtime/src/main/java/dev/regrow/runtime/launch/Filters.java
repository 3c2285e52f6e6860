package dev.regrow.runtime.launch;

import dev.regrow.runtime.Grants;
import dev.regrow.runtime.seccomp.Architecture;
import dev.regrow.runtime.seccomp.SyscallFilter;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The seccomp filters of this machine's instances, each compiled once. Thread-safe. */
final class Filters {

  private final Architecture architecture;
  private final Map<Set<String>, byte[]> compiled = new ConcurrentHashMap<>();

  Filters(Architecture architecture) {
    this.architecture = architecture;
  }

  /** Opens what was granted, and nothing more. */
  byte[] of(Grants grants) {
    return compiled
        .computeIfAbsent(grants.calls(), each -> SyscallFilter.allowing(each, architecture))
        .clone();
  }
}
