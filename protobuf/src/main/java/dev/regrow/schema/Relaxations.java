package dev.regrow.schema;

import static java.util.stream.Collectors.joining;

import com.google.protobuf.ProtocolMessageEnum;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.NamespaceKind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Relaxation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What of a workload's template needs its namespace's leave. Pure. */
public final class Relaxations {

  /** The namespace that is always there. */
  public static final String DEFAULT = "default";

  private Relaxations() {}

  /** {@link #DEFAULT}, until something else is declared. */
  public static Namespace builtIn() {
    return Namespace.newBuilder()
        .setKind(NamespaceKind.NAMESPACE)
        .setName(DEFAULT)
        .addAllow(Relaxation.HOST_FILESYSTEM)
        .addAllow(Relaxation.HOST_NETWORK)
        .addAllow(Relaxation.ROOT)
        .build();
  }

  /**
   * All that is asked for beyond what is allowed, in the order of the fields.
   *
   * @param template with or without its defaults written in
   */
  public static List<Excess> excess(InstanceTemplate template, Collection<Relaxation> allowed) {
    return asked(template).stream().filter(each -> !allowed.contains(each.relaxation())).toList();
  }

  /** All that a template asks for beyond what every instance has, in the order of the fields. */
  public static List<Excess> asked(InstanceTemplate template) {
    var asked = new ArrayList<Excess>();
    root(template, asked);
    user(template, asked);
    if (template.getNetwork() == Network.HOST) {
      asked.add(
          new Excess(
              "instance.network",
              Relaxation.HOST_NETWORK,
              "the network of the host",
              "write bridge or none"));
    }
    for (int i = 0; i < template.getVolumesCount(); i++) {
      if (template.getVolumes(i).hasHost()) {
        asked.add(
            new Excess(
                "instance.volumes[%d].host".formatted(i),
                Relaxation.HOST_PATH,
                "the path %s of the host".formatted(template.getVolumes(i).getHost()),
                "use a Volume, a config or a tmpfs"));
      }
    }
    var security = template.getSecurity();
    listed(
        "capabilities",
        Relaxation.CAPABILITIES,
        "capabilities",
        security.getCapabilitiesList(),
        asked);
    listed("syscalls", Relaxation.SYSCALLS, "more system calls", security.getSyscallsList(), asked);
    return asked;
  }

  private static void listed(
      String field,
      Relaxation relaxation,
      String what,
      List<? extends ProtocolMessageEnum> values,
      List<Excess> asked) {
    if (!values.isEmpty()) {
      asked.add(
          new Excess(
              "instance.security." + field,
              relaxation,
              "%s (%s)".formatted(what, values.stream().map(Schema::text).collect(joining(", "))),
              "leave them out"));
    }
  }

  private static void root(InstanceTemplate template, List<Excess> asked) {
    if (hasImage(template)) {
      return;
    }
    var image = template.getImage();
    asked.add(
        new Excess(
            "instance.image",
            Relaxation.HOST_FILESYSTEM,
            image.isEmpty() ? "the host's programs (there is no image)" : image + " of the host",
            "write an image, as oci:HOST/NAME:TAG"));
  }

  /** What an image says of its user is known only to the node that unpacks it. */
  private static void user(InstanceTemplate template, List<Excess> asked) {
    var user = template.getUser();
    var cause =
        user.isEmpty()
            ? hasImage(template) ? "whatever user the image names, which may be root" : ""
            : isRoot(user) ? "user " + user : "";
    if (!cause.isEmpty()) {
      asked.add(
          new Excess(
              "instance.user", Relaxation.ROOT, cause, "write another, as user: \"1000:1000\""));
    }
  }

  /** Of a registry or a layout: it brings its own files. */
  private static boolean hasImage(InstanceTemplate template) {
    var image = template.getImage();
    return image.startsWith("oci:") || image.startsWith("layout:");
  }

  private static boolean isRoot(String user) {
    int colon = user.indexOf(':');
    var id = colon < 0 ? user : user.substring(0, colon);
    return id.chars().allMatch(digit -> digit == '0');
  }
}
