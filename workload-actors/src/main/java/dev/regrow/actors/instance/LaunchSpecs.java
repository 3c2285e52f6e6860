package dev.regrow.actors.instance;

import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.Capability;
import dev.regrow.runtime.Grants;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Ulimit;
import dev.regrow.runtime.SyscallGroup;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.PullPolicy;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Network;
import dev.regrow.v1.Resources;
import dev.regrow.v1.Security;
import dev.regrow.v1.Ulimits;
import dev.regrow.v1.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a template says, in the words of the machine. */
public final class LaunchSpecs {

  private static final String IMAGE_DIRECTORY = "dir:";
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final String NOBODY = "65534:65534";

  private LaunchSpecs() {}

  /**
   * @param contents what it is to see of declared objects
   * @param leaseUntil the CLOCK_BOOTTIME in nanoseconds at which it dies unless its lease is
   *     renewed
   * @throws IllegalArgumentException when the template asks for what this version cannot do
   */
  public static LaunchSpec of(
      NodeOrder.Run run,
      InstanceMemory memory,
      int attempt,
      Contents contents,
      LongSupplier leaseUntil) {
    var template = run.template();
    var assignment = run.assignment();
    var user = UserIds.of(template.getUser());
    var spec =
        new LaunchSpec(
                new InstanceKey(
                    assignment.namespace(), assignment.workload(), assignment.instanceId()),
                attempt,
                assignment.slot(),
                memory.toLabels(),
                rootfsOf(template.getImage()),
                template.getSecurity().getReadOnlyRoot(),
                template.getCommandList(),
                environmentOf(template, contents),
                user.uid(),
                user.gid(),
                template.getWorkdir().isEmpty() ? "/" : template.getWorkdir(),
                networkOf(template.getNetwork()),
                mountsOf(template.getVolumesList(), contents),
                limitsOf(template.getResources()),
                template.getStop().getSignal().isEmpty() ? "TERM" : template.getStop().getSignal(),
                Duration.ofMillis(template.getStop().getGrace()),
                memory.leased() ? leaseUntil : null)
            .granted(grantsOf(template.getSecurity()));
    return ImageReference.isOne(template.getImage())
        ? spec.from(imageOf(template, contents))
        : spec;
  }

  private static LaunchSpec.Image imageOf(InstanceTemplate template, Contents contents) {
    return new LaunchSpec.Image(
        template.getImage(),
        switch (template.getPull()) {
          case MISSING, UNRECOGNIZED -> PullPolicy.MISSING;
          case ALWAYS_PULL -> PullPolicy.ALWAYS;
          case NEVER_PULL -> PullPolicy.NEVER;
        },
        template.getUser().isEmpty(),
        template.getWorkdir().isEmpty(),
        template.getStop().getSignal().isEmpty(),
        contents.registry(template).orElse(null));
  }

  private static @Nullable Path rootfsOf(String image) {
    if (image.isEmpty() || ImageReference.isOne(image)) {
      return null;
    }
    if (!image.startsWith(IMAGE_DIRECTORY)) {
      throw new IllegalArgumentException(
          "image %s: write oci:HOST/NAME:TAG, layout:/PATH:TAG or dir:/PATH".formatted(image));
    }
    return Path.of(image.substring(IMAGE_DIRECTORY.length()));
  }

  private static Map<String, String> environmentOf(InstanceTemplate template, Contents contents) {
    var environment = new HashMap<String, String>();
    if (!ImageReference.isOne(template.getImage())) { // An image may bring its own.
      environment.put("PATH", PATH);
    }
    environment.putAll(template.getEnvMap());
    template
        .getEnvFromMap()
        .forEach((name, key) -> environment.put(name, contents.variable(name, key)));
    return environment;
  }

  private static Grants grantsOf(Security security) {
    return new Grants(
        security.getCapabilitiesList().stream()
            .map(LaunchSpecs::capabilityOf)
            .collect(Collectors.toSet()),
        security.getSyscallsList().stream()
            .map(LaunchSpecs::syscallsOf)
            .collect(Collectors.toSet()));
  }

  private static SyscallGroup syscallsOf(dev.regrow.v1.SyscallGroup said) {
    return switch (said) {
      case SYSCALL_IO_URING -> SyscallGroup.IO_URING;
      case SYSCALL_PTRACE -> SyscallGroup.PTRACE;
      case SYSCALL_USERFAULTFD -> SyscallGroup.USERFAULTFD;
      case SYSCALL_GROUP_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("security.syscalls has one unknown here");
    };
  }

  private static Capability capabilityOf(dev.regrow.v1.Capability said) {
    return switch (said) {
      case CAP_CHOWN -> Capability.CHOWN;
      case CAP_DAC_OVERRIDE -> Capability.DAC_OVERRIDE;
      case CAP_FOWNER -> Capability.FOWNER;
      case CAP_FSETID -> Capability.FSETID;
      case CAP_KILL -> Capability.KILL;
      case CAP_SETGID -> Capability.SETGID;
      case CAP_SETUID -> Capability.SETUID;
      case CAP_SETPCAP -> Capability.SETPCAP;
      case CAP_NET_BIND_SERVICE -> Capability.NET_BIND_SERVICE;
      case CAP_SYS_CHROOT -> Capability.SYS_CHROOT;
      case CAPABILITY_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("security.capabilities has one unknown here");
    };
  }

  private static LaunchSpec.Network networkOf(Network network) {
    return switch (network) {
      case HOST -> LaunchSpec.Network.HOST;
      case NONE -> LaunchSpec.Network.NONE;
      case BRIDGE -> LaunchSpec.Network.BRIDGE;
      case NETWORK_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("network: bridge, host or none must be written");
    };
  }

  private static List<LaunchSpec.Mount> mountsOf(List<Volume> volumes, Contents contents) {
    return volumes.stream().map(volume -> mountOf(volume, contents)).toList();
  }

  private static LaunchSpec.Mount mountOf(Volume volume, Contents contents) {
    return switch (volume.getSourceCase()) {
      case HOST ->
          new LaunchSpec.Mount.Host(
              Path.of(volume.getHost()), volume.getAt(), volume.getReadOnly());
      case TMPFS ->
          new LaunchSpec.Mount.Tmpfs(volume.getTmpfs(), volume.getAt(), volume.getReadOnly());
      case CONFIG, SECRET -> contents.files(volume);
      case VOLUME ->
          new LaunchSpec.Mount.Volume(volume.getVolume(), volume.getAt(), volume.getReadOnly());
      case SOURCE_NOT_SET ->
          throw new IllegalArgumentException(
              "the volume at %s has no source known here".formatted(volume.getAt()));
    };
  }

  private static LaunchSpec.Limits limitsOf(Resources resources) {
    return new LaunchSpec.Limits(
        resources.getCpu(),
        resources.hasCpuLimit() ? resources.getCpuLimit() : 0,
        resources.getMemory(),
        resources.hasMemoryLimit() ? resources.getMemoryLimit() : resources.getMemory(),
        resources.getPids(),
        resources.getIoWeight(),
        resources.getDisk(),
        ulimitsOf(resources.getUlimits()));
  }

  private static Map<Ulimit, Long> ulimitsOf(Ulimits said) {
    var ulimits = new EnumMap<Ulimit, Long>(Ulimit.class);
    if (said.hasNofile()) {
      ulimits.put(Ulimit.NOFILE, said.getNofile());
    }
    if (said.hasNproc()) {
      ulimits.put(Ulimit.NPROC, said.getNproc());
    }
    if (said.hasCore()) {
      ulimits.put(Ulimit.CORE, said.getCore());
    }
    if (said.hasMemlock()) {
      ulimits.put(Ulimit.MEMLOCK, said.getMemlock());
    }
    if (said.hasStack()) {
      ulimits.put(Ulimit.STACK, said.getStack());
    }
    return ulimits;
  }

  /** UID or UID:GID; without a group, the group of the same number. */
  private record UserIds(int uid, int gid) {
    static UserIds of(String user) {
      var parts = (user.isEmpty() ? NOBODY : user).split(":", 2);
      int uid = Integer.parseInt(parts[0]);
      return new UserIds(uid, parts.length == 1 ? uid : Integer.parseInt(parts[1]));
    }
  }
}
