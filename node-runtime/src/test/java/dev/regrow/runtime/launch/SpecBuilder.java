package dev.regrow.runtime.launch;

import dev.regrow.runtime.Capability;
import dev.regrow.runtime.Grants;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.LaunchSpec.Ulimit;
import dev.regrow.runtime.SyscallGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** An unremarkable instance, but for what a test is about. */
final class SpecBuilder {

  private List<String> command;
  private String id = "i1";
  private String slot = "test-0";
  private int user = 65534;
  private Network network = Network.NONE;
  private boolean readOnlyRoot;
  private @Nullable Path rootfs;
  private @Nullable LongSupplier lease;
  private List<Mount> mounts = List.of();
  private String workdir = "/";
  private Set<Capability> capabilities = Set.of();
  private Set<SyscallGroup> syscalls = Set.of();
  private Limits limits = new Limits(100, 0, 1 << 26, 1 << 28, 64);

  private SpecBuilder(List<String> command) {
    this.command = command;
  }

  static SpecBuilder running(String... command) {
    return new SpecBuilder(List.of(command));
  }

  static SpecBuilder shell(String script) {
    return running("/bin/sh", "-c", script);
  }

  SpecBuilder named(String instanceId) {
    id = instanceId;
    slot = "test-" + instanceId;
    return this;
  }

  SpecBuilder doing(String... arguments) {
    command = List.of(arguments);
    return this;
  }

  SpecBuilder as(int userInside) {
    user = userInside;
    return this;
  }

  SpecBuilder on(Network value) {
    network = value;
    return this;
  }

  SpecBuilder in(Path root, boolean readOnly) {
    rootfs = root;
    readOnlyRoot = readOnly;
    return this;
  }

  SpecBuilder leasedUntil(long bootNanos) {
    lease = () -> bootNanos;
    return this;
  }

  SpecBuilder with(Mount... value) {
    mounts = List.of(value);
    return this;
  }

  SpecBuilder at(String directory) {
    workdir = directory;
    return this;
  }

  SpecBuilder allowed(Map<Ulimit, Long> said) {
    limits = limits.with(said);
    return this;
  }

  SpecBuilder granted(Set<Capability> value) {
    capabilities = value;
    return this;
  }

  SpecBuilder letMake(Set<SyscallGroup> value) {
    syscalls = value;
    return this;
  }

  LaunchSpec build() {
    return new LaunchSpec(
            TestNode.key(id),
            1,
            slot,
            Map.of(),
            rootfs,
            readOnlyRoot,
            command,
            Map.of("MODE", "test"),
            user,
            user,
            workdir,
            network,
            mounts,
            limits,
            "TERM",
            Duration.ofSeconds(10),
            lease)
        .granted(new Grants(capabilities, syscalls));
  }
}
