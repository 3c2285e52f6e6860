package dev.regrow.runtime.launch;

import dev.regrow.runtime.Capability;
import dev.regrow.runtime.seccomp.Architecture;
import dev.regrow.runtime.seccomp.SyscallFilter;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The seccomp filters of this machine's instances, each compiled once. Thread-safe. */
final class Filters {

  private final Architecture architecture;
  private final Map<TreeSet<String>, byte[]> compiled = new ConcurrentHashMap<>();

  Filters(Architecture architecture) {
    this.architecture = architecture;
  }

  /** Opens what the capabilities are for, and nothing more. */
  byte[] of(Collection<Capability> capabilities) {
    var calls = new TreeSet<String>();
    capabilities.forEach(each -> each.call().ifPresent(calls::add));
    return compiled
        .computeIfAbsent(calls, each -> SyscallFilter.allowing(each, architecture))
        .clone();
  }
}
