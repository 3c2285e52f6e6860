package dev.regrow.runtime;

import java.util.Set;
import java.util.TreeSet;

/**
 * What the programs of an instance may do beyond those of every other.
 *
 * @param capabilities that they have in its own user namespace, whoever its user is
 * @param syscalls that its filter lets pass, too
 */
public record Grants(Set<Capability> capabilities, Set<SyscallGroup> syscalls) {

  public static final Grants NONE = new Grants(Set.of(), Set.of());

  public Grants {
    capabilities = Set.copyOf(capabilities);
    syscalls = Set.copyOf(syscalls);
  }

  /** The capabilities as a set of bits: bit n is capability n. */
  public long bits() {
    return Capability.bits(capabilities);
  }

  /**
   * Names of all system calls that it opens: those that are meant, and what capabilities are for.
   */
  public Set<String> calls() {
    var calls = new TreeSet<String>();
    syscalls.forEach(each -> calls.addAll(each.calls()));
    capabilities.forEach(each -> each.call().ifPresent(calls::add));
    return calls;
  }
}
