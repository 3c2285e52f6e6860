package dev.regrow.schema;

import com.google.protobuf.Descriptors.EnumDescriptor;
import dev.regrow.v1.Backoff;
import dev.regrow.v1.Capability;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Network;
import dev.regrow.v1.PlacementPolicy;
import dev.regrow.v1.Port;
import dev.regrow.v1.Resources;
import dev.regrow.v1.Security;
import dev.regrow.v1.StopPolicy;
import dev.regrow.v1.SyscallGroup;
import dev.regrow.v1.UpdatePolicy;
import dev.regrow.v1.Volume;
import dev.regrow.v1.Workload;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is true of a workload as a whole, beyond what the options say of its single fields. Pure.
 */
final class WorkloadRules {
  /** Of one workload as Protobuf: it is copied into revisions, the log and every watch. */
  static final int MAX_BYTES = 512 * 1024;

  /** What a spread over nodes is by, and the label that every node has: its name. */
  static final String NODE = "node";

  private static final Path INSTANCE = Path.ROOT.field("instance");
  private static final Path SECURITY = INSTANCE.field("security");
  private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
  private static final Set<String> KERNEL_DIRECTORIES = Set.of("proc", "sys", "dev");

  private final Findings findings;

  private WorkloadRules(Findings findings) {
    this.findings = findings;
  }

  /**
   * Forces what {@code exclusive} means: never a second process beside the old one, so no surge,
   * and hence one slot may be without a process while it is replaced. Spreads over nodes what says
   * nothing else.
   */
  static Workload normalised(Workload workload) {
    Workload.Builder result = workload.toBuilder();
    if (workload.getExclusive()) {
      UpdatePolicy.Builder update = result.getUpdateBuilder().setSurge(0);
      update.setUnavailable(Math.max(1, update.getUnavailable()));
    }
    boolean spreads = workload.getPlacement().getPolicy() == PlacementPolicy.SPREAD;
    if (spreads && workload.getPlacement().getSpreadCount() == 0) {
      result.getPlacementBuilder().addSpreadBuilder().setBy(NODE);
    }
    return result.build();
  }

  /** Adds what is wrong with a workload whose defaults are written in. */
  static void check(Workload workload, Findings findings) {
    var rules = new WorkloadRules(findings);
    rules.update(workload);
    rules.backoff(workload.getRestart().getBackoff());
    new PlacementRules(findings).check(workload.getPlacement());
    rules.image(workload.getInstance());
    rules.command(workload.getInstance());
    rules.env(workload.getInstance());
    rules.security(workload.getInstance().getSecurity());
    rules.capabilities(workload.getInstance());
    rules.syscalls(workload.getInstance().getSecurity());
    rules.resources(workload.getInstance().getResources());
    rules.disk(workload.getInstance());
    rules.ports(workload.getInstance());
    new HealthRules(findings).check(workload.getInstance());
    rules.volumes(workload.getInstance());
    int size = workload.getSerializedSize();
    if (size > MAX_BYTES) {
      findings.add(
          Path.ROOT, "has " + size + " bytes in all; at most " + MAX_BYTES + " are allowed");
    }
  }

  private void update(Workload workload) {
    UpdatePolicy update = workload.getUpdate();
    Path path = Path.ROOT.field("update");
    if (update.getSurge() == 0 && update.getUnavailable() == 0) {
      findings.add(
          path, "surge and unavailable are both 0, so nothing could be replaced; raise one to 1");
    }
    if (update.getMinReady() >= update.getProgressDeadline() && update.getMinReady() > 0) {
      findings.add(
          path.field("minReady"),
          "is not below progressDeadline, so no rollout could end in time; lower it");
    }
  }

  private void backoff(Backoff backoff) {
    if (backoff.getMax() < backoff.getBase()) {
      findings.add(
          Path.ROOT.field("restart").field("backoff").field("max"), "is below base; raise it");
    }
  }

  private void image(InstanceTemplate instance) {
    String image = instance.getImage();
    if (isImage(image) && image.indexOf('\n') >= 0) {
      findings.add(INSTANCE.field("image"), "holds a line break; write it on one line");
    }
    if (image.startsWith("dir:")) {
      String directory = normalised(image.substring("dir:".length()));
      if (directory.equals("/")) {
        findings.add(
            INSTANCE.field("image"),
            "is the host's own root; leave image out to use the host's programs");
      } else if (Arrays.asList(image.split("/", -1)).contains("..")) {
        findings.add(INSTANCE.field("image"), "holds ..; write the path without it");
      } else if (KERNEL_DIRECTORIES.contains(directory.split("/", -1)[1])) {
        findings.add(
            INSTANCE.field("image"),
            "is the kernel's own; make a root file system in a directory, as /srv/rootfs");
      }
    }
  }

  /** Whether it brings a command, a user and the like along. */
  private static boolean isImage(String image) {
    return image.startsWith("oci:") || image.startsWith("layout:");
  }

  /** What an image decides is written as empty, so that no default takes its place. */
  static Workload leftToImage(Workload workload) {
    InstanceTemplate instance = workload.getInstance();
    if (!isImage(instance.getImage())) {
      return workload;
    }
    InstanceTemplate.Builder left = instance.toBuilder();
    left.setUser(instance.getUser()).setWorkdir(instance.getWorkdir());
    left.getStopBuilder().setSignal(instance.getStop().getSignal());
    return workload.toBuilder().setInstance(left).build();
  }

  private void command(InstanceTemplate instance) {
    Path path = INSTANCE.field("command");
    if (!isImage(instance.getImage())) {
      if (instance.getCommandCount() == 0 && !findings.isUnreadable(path)) {
        findings.add(
            path, "is missing; the program and its arguments, as [/bin/web, --port, \"8080\"]");
      }
      decided(INSTANCE.field("user"), instance.hasUser(), instance.getUser());
      decided(INSTANCE.field("workdir"), instance.hasWorkdir(), instance.getWorkdir());
      StopPolicy stop = instance.getStop();
      decided(INSTANCE.field("stop").field("signal"), stop.hasSignal(), stop.getSignal());
    }
    if (instance.getCommandCount() > 0 && instance.getCommand(0).isEmpty()) {
      findings.add(INSTANCE.field("command").item(0), "is empty; write the program to start");
    }
  }

  private void decided(Path path, boolean given, String text) {
    if (given && text.isEmpty()) {
      findings.add(path, "is empty, and there is no image to decide it; leave it out");
    }
  }

  private void env(InstanceTemplate instance) {
    var names = new TreeSet<>(instance.getEnvMap().keySet());
    for (String name : instance.getEnvFromMap().keySet()) {
      if (!names.add(name)) { // Only Protobuf can say so.
        findings.add(INSTANCE.field("env").field(name), "has two values; keep one");
      }
    }
    for (String name : names) {
      if (!ENV_NAME.matcher(name).matches()) {
        findings.add(
            INSTANCE.field("env").field(name),
            Quoting.quoted(name)
                + " is not a variable's name; write letters, digits, _ . or -, beginning with a"
                + " letter or _");
      }
    }
  }

  private void security(Security security) {
    if (security.hasUserNamespace() && !security.getUserNamespace()) {
      findings.add(
          SECURITY.field("userNamespace"),
          "is false, but every instance has a user namespace of its own; leave it out");
    }
  }

  /** Which there are. Whether the namespace allows any is for the control plane. */
  private void capabilities(InstanceTemplate instance) {
    var security = instance.getSecurity();
    var path = SECURITY.field("capabilities");
    each(path, Capability.getDescriptor(), security.getCapabilitiesValueList());
    var capabilities = security.getCapabilitiesList();
    var places = findings.places(path, capabilities.size());
    for (int i = 0; i < capabilities.size(); i++) {
      if (capabilities.get(i) == Capability.CAP_NET_BIND_SERVICE
          && instance.getNetwork() == Network.HOST) {
        findings.add(
            places.get(i),
            "\"NET_BIND_SERVICE\" has no effect with network host, whose ports below 1024 are for"
                + " the machine's own root; write network: bridge and publish the port");
      }
    }
  }

  /** Likewise. */
  private void syscalls(Security security) {
    var path = SECURITY.field("syscalls");
    each(path, SyscallGroup.getDescriptor(), security.getSyscallsValueList());
  }

  /** Each says something, and nothing that was said. Numbers that are unknown here are not ours. */
  private void each(Path list, EnumDescriptor type, List<Integer> numbers) {
    var names = EnumNames.of(type);
    var places = findings.places(list, numbers.size());
    var seen = new HashSet<Integer>();
    for (int i = 0; i < numbers.size(); i++) {
      int number = numbers.get(i);
      if (number == 0) { // Only Protobuf can say so.
        findings.add(places.get(i), "is missing; write " + names.choice());
      } else if (type.findValueByNumber(number) != null && !seen.add(number)) {
        var name = Quoting.quoted(String.valueOf(names.text(number)));
        findings.add(places.get(i), name + " is listed twice; keep one");
      }
    }
  }

  private void resources(Resources resources) {
    if (resources.getMemoryLimit() < resources.getMemory()) {
      findings.add(
          INSTANCE.field("resources").field("memoryLimit"),
          "is below memory; raise it or leave it out");
    }
  }

  private void disk(InstanceTemplate instance) {
    var image = instance.getImage();
    boolean mayBringVolumes = image.startsWith("oci:") || image.startsWith("layout:");
    boolean written =
        mayBringVolumes || (!image.isEmpty() && !instance.getSecurity().getReadOnlyRoot());
    if (instance.getResources().hasDisk() && !written) {
      findings.add(
          INSTANCE.field("resources").field("disk"),
          "bounds what is written to the root, which nobody can write to here; leave it out");
    }
  }

  private void ports(InstanceTemplate instance) {
    Set<String> names = new HashSet<>();
    Set<String> numbers = new HashSet<>();
    Set<String> published = new HashSet<>();
    for (int i = 0; i < instance.getPortsCount(); i++) {
      Port port = instance.getPorts(i);
      Path path = INSTANCE.field("ports").item(i);
      if (port.hasPublish() && instance.getNetwork() != Network.BRIDGE) {
        findings.add(
            path.field("publish"),
            "needs network bridge: with host its ports are the node's own, with none nobody reaches"
                + " it; leave publish out");
      } else if (port.hasPublish()
          && !published.add(port.getProtocolValue() + "/" + port.getPublish())) {
        findings.add(path.field("publish"), port.getPublish() + " is published twice; keep one");
      }
      if (!port.getOn().isEmpty() && !port.hasPublish()) {
        findings.add(path.field("on"), "says where, but there is no publish; write the port there");
      }
      if (!port.getName().isEmpty() && !names.add(port.getName())) {
        findings.add(
            path.field("name"), Quoting.quoted(port.getName()) + " names two ports; rename one");
      }
      if (!numbers.add(port.getProtocolValue() + "/" + port.getPort())) {
        findings.add(path.field("port"), port.getPort() + " is listed twice; keep one");
      }
    }
  }

  private void volumes(InstanceTemplate instance) {
    Set<String> targets = new HashSet<>();
    for (int i = 0; i < instance.getVolumesCount(); i++) {
      Volume volume = instance.getVolumes(i);
      Path path = INSTANCE.field("volumes").item(i).field("at");
      if (!volume.getAt().startsWith("/")) {
        continue; // Said already.
      }
      String target = normalised(volume.getAt());
      if (target.equals("/") || KERNEL_DIRECTORIES.contains(target.split("/", -1)[1])) {
        findings.add(
            path, Quoting.quoted(target) + " is the system's own; mount it somewhere else");
      } else if (!targets.add(target)) {
        findings.add(path, Quoting.quoted(target) + " is mounted twice; keep one");
      }
    }
  }

  /** Without doubled slashes, dots and a slash at the end. */
  private static String normalised(String path) {
    return Arrays.stream(path.split("/", -1))
        .filter(step -> !step.isEmpty() && !step.equals("."))
        .collect(Collectors.joining("/", "/", ""));
  }
}
