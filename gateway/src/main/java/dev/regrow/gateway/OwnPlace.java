package dev.regrow.gateway;

import dev.regrow.client.http.Endpoint;
import dev.regrow.core.membership.Naming;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a node is called, where its data is and where it is reached: as it is told, as it was
 * before, or as its machine is. Pure.
 *
 * @param bind an address as digits
 */
record OwnPlace(String name, Path data, String bind) {

  private static final String FIRST = "n1";
  private static final String LOOPBACK = "127.0.0.1";
  private static final int LABEL_MAX = 63;

  /**
   * @param join HOST:PORT of whom to ask to be let in
   */
  static OwnPlace of(Map<String, String> given, Optional<String> join, Surroundings machine) {
    var far = join.map(Endpoint::parse).filter(Endpoint::secure).map(Endpoint::host);
    var told = Optional.ofNullable(given.get("bind"));
    if (far.isPresent() && told.filter(OwnPlace::isLoopback).isPresent()) {
      throw StartFailure.usage(
          "--bind %s is reached from this machine alone, and the cluster of --join %s is on others; leave it out, or give one of this machine's own (ip -brief address lists them)"
              .formatted(told.get(), join.get()));
    }
    var data = Optional.ofNullable(given.get("data")).map(Path::of);
    var name =
        Optional.ofNullable(given.get("name"))
            .or(() -> data.flatMap(folder -> machine.before(folder).name()))
            .orElseGet(() -> name(join, far, machine));
    if (!Naming.isName(name)) {
      throw StartFailure.usage(
          "--name %s is no name: 1 to 63 of a-z, 0-9 and -, a letter or digit at both ends"
              .formatted(name));
    }
    var folder = data.orElse(Path.of("/var/lib/regrow", name)).toAbsolutePath().normalize();
    var bind =
        told.or(() -> machine.before(folder).bind())
            .orElseGet(() -> far.map(machine::addressTowards).orElse(LOOPBACK));
    return new OwnPlace(name, folder, bind);
  }

  private static String name(Optional<String> join, Optional<String> far, Surroundings machine) {
    if (far.isPresent()) {
      return label(machine.hostName());
    }
    if (join.isPresent()) {
      throw StartFailure.usage(
          "--join %s is on this machine, where %s is the first node; give this one a --name, and a --bind or --port-offset, of its own"
              .formatted(join.get(), FIRST));
    }
    return FIRST;
  }

  /** The first label of a host's name, as a node may be called. */
  private static String label(String host) {
    var label = host.strip().toLowerCase(Locale.ROOT).split("\\.", -1)[0];
    var name = trimmed(label.replaceAll("[^a-z0-9-]", "-"));
    name = trimmed(name.substring(0, Math.min(LABEL_MAX, name.length())));
    if (name.isEmpty() || name.equals("localhost")) {
      throw StartFailure.usage(
          "this machine is called '%s', which tells it from no other; give the node a --name"
              .formatted(host));
    }
    return name;
  }

  private static String trimmed(String label) {
    return label.replaceAll("^-+|-+$", "");
  }

  private static boolean isLoopback(String bind) {
    return bind.startsWith("127.") || bind.equals("::1");
  }
}
