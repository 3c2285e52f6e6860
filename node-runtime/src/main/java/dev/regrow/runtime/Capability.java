package dev.regrow.runtime;

import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an instance may be granted: capabilities(7) that have a meaning in its own user namespace,
 * over what is its own. Decision 131 says why no other is here.
 */
public enum Capability {
  CHOWN(0),
  DAC_OVERRIDE(1),
  FOWNER(3),
  FSETID(4),
  KILL(5),
  SETGID(6),
  SETUID(7),
  SETPCAP(8),
  NET_BIND_SERVICE(10),
  SYS_CHROOT(18, "chroot");

  private final int number;
  private final @Nullable String call;

  Capability(int number) {
    this(number, null);
  }

  Capability(int number, @Nullable String call) {
    this.number = number;
    this.call = call;
  }

  /** As the kernel numbers it. */
  public int number() {
    return number;
  }

  /** The system call that it is for, if the filter of those without it refuses that. */
  public Optional<String> call() {
    return Optional.ofNullable(call);
  }

  /** As a set of bits: bit n is capability n. */
  public static long bits(Collection<Capability> capabilities) {
    return capabilities.stream().mapToLong(each -> 1L << each.number).reduce(0, (a, b) -> a | b);
  }
}
