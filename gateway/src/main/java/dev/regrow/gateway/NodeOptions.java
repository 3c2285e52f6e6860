package dev.regrow.gateway;

import dev.regrow.client.http.Endpoint;
import dev.regrow.core.model.Constraints;
import dev.regrow.runtime.fault.FaultKind;
import dev.regrow.runtime.network.NodeNetwork;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a node was told, by its command line and its file of options.
 *
 * @param bind an address as digits
 * @param hostPaths what instances may mount of the host
 * @param networkRange of addresses for instances on the bridge; empty: one is chosen
 * @param labels what people say of it, for placement
 * @param faults that others may put into it
 * @param role {@code server}, {@code worker} or {@code witness}; empty: what it was, or what is
 *     usual
 */
record NodeOptions(
    String name,
    Path data,
    String bind,
    int httpPort,
    int clusterPort,
    int storePort,
    List<Path> hostPaths,
    Optional<String> role,
    Optional<Join> join,
    Duration away,
    Optional<String> networkRange,
    Map<String, String> labels,
    Set<FaultKind> faults) {

  /**
   * Whom to ask to be let in, and with what.
   *
   * @param address HOST:PORT of a node's gateway
   */
  record Join(String address, Path tokenFile) {}

  static final String HELP =
      """
      Usage: regrow node [--name NAME] [--data DIR] [--bind ADDR] [--config FILE]
                         [--join ADDR[:PORT] --join-token-file F] [--role server|worker|witness]
      Runs one node in the foreground. Its first start forms a cluster, or joins one; later ones
      continue as what it is.
      TERM stops the node and leaves its instances running.

        --name NAME          its name in the cluster, an RFC 1123 label that no other node has
                             (default: what it was called before; else n1, or, with --join to an
                             address off loopback, the machine's host name up to its first dot; with
                             --join on loopback it must be given)
        --data DIR           its directory (default: /var/lib/regrow/NAME)
        --bind ADDR          the address to listen on and be reached at (default: where it was
                             before; else 127.0.0.1, or, with --join to an address off loopback, the
                             machine's own on the way there); off loopback the gateway speaks TLS
        --away D             how long instances wait for this node after a TERM, 1s to 1d, before they
                             are replaced elsewhere (default: 2m); a node that is the only one has
                             no elsewhere: its instances wait until it is back
        --join ADDR[:PORT]   the gateway of a node of the cluster to join (default port: 7400)
        --join-token-file F  holds a token that lets nodes in, from `regrow token create --role join`
        --role ROLE          server: keeps the store, too; worker: runs instances only; witness:
                             votes in the store's group and runs nothing, for two servers (default:
                             worker when joining, else server)
        --label KEY=VALUE    says something of the machine for placement, as zone=a; can be given
                             several times, and counts until the next start
        --config FILE        YAML with these options, as `data: /srv/regrow`; the command line wins
        --network-range R    addresses for instances with network bridge, as 10.210.0.0/22 (default:
                             one within 10.208.0.0/12 that collides with no route of this machine)
        --host-paths DIR,... what instances may mount of the host, with all below (default: nothing)
        --allow-faults K,... what admins may do to this node to see what comes of it (default: nothing):
                             instance-kill, instance-pause, instance-cut, instance-cpu,
                             instance-memory, partition, jvm-stop, or all
        --http-port PORT     of the gateway (default: 7400)
        --cluster-port PORT  (default: 7410)
        --raft-port PORT     of the store (default: 7420)
        --port-offset N      added to all three, for several nodes on one address
      """;

  private static final Pattern DURATION = Pattern.compile("(\\d{1,6})([smhd])");
  private static final Map<String, Integer> UNITS = Map.of("s", 1, "m", 60, "h", 3600, "d", 86_400);
  private static final List<String> ROLES = List.of("server", "worker", Witness.ROLE);
  private static final long AWAY_SECONDS_MAX = 86_400;

  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "data",
          "bind",
          "role",
          "host-paths",
          "http-port",
          "cluster-port",
          "raft-port",
          "port-offset",
          "join",
          "join-token-file",
          "away",
          "network-range",
          "label",
          "allow-faults");

  static Set<String> known() {
    return KNOWN;
  }

  /** Judges what was given; refuses what this release cannot do. */
  static NodeOptions of(Map<String, String> given) {
    return of(given, Surroundings.ofMachine());
  }

  static NodeOptions of(Map<String, String> given, Surroundings machine) {
    var join = join(given);
    var role =
        Optional.ofNullable(given.get("role"))
            .or(() -> join.isPresent() ? Optional.of("worker") : Optional.empty());
    if (!ROLES.containsAll(role.stream().toList())) {
      throw StartFailure.usage(
          "--role %s is not one of %s".formatted(role.orElse(""), String.join(", ", ROLES)));
    }
    var away = away(given.getOrDefault("away", "2m"));
    var place = OwnPlace.of(given, join.map(Join::address), machine);
    int offset = number(given, "port-offset", 0, 0, 58_000);
    return new NodeOptions(
        place.name(),
        place.data(),
        place.bind(),
        number(given, "http-port", 7400, 1, 65_535) + offset,
        number(given, "cluster-port", 7410, 1, 65_535) + offset,
        number(given, "raft-port", 7420, 1, 65_535) + offset,
        hostPaths(given.getOrDefault("host-paths", "")),
        role,
        join,
        away,
        networkRange(given),
        labels(given.getOrDefault("label", "")),
        faults(given.getOrDefault("allow-faults", "")));
  }

  private static Optional<String> networkRange(Map<String, String> given) {
    var range = Optional.ofNullable(given.get("network-range"));
    if (range.isPresent() && !NodeNetwork.isRange(range.get())) {
      throw StartFailure.usage(
          "--network-range %s is no range of 8 to 29 bits, as 10.210.0.0/22"
              .formatted(range.get()));
    }
    return range;
  }

  private static Map<String, String> labels(String given) {
    var labels = new TreeMap<String, String>();
    for (var part : given.split(",", -1)) {
      int equals = part.indexOf('=');
      if (part.isBlank()) {
        continue;
      }
      if (equals < 0) {
        throw StartFailure.usage("--label %s is not KEY=VALUE".formatted(part));
      }
      labels.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
    }
    if (labels.containsKey(Constraints.NODE)) {
      throw StartFailure.usage("--label node=...: that label is every node's name already");
    }
    if (labels.isEmpty()) {
      return labels; // A witness needs nothing else of the schema, and it is large.
    }
    Schema.violations(Workload.newBuilder().putAllLabels(labels).build()).stream()
        .filter(violation -> violation.field().startsWith("labels"))
        .findFirst()
        .ifPresent(
            violation -> {
              throw StartFailure.usage("--label: " + violation.message());
            });
    return labels;
  }

  private static Set<FaultKind> faults(String given) {
    var faults = EnumSet.noneOf(FaultKind.class);
    for (var part : given.split(",", -1)) {
      var word = part.strip();
      if (word.equals("all")) {
        return EnumSet.allOf(FaultKind.class);
      }
      if (!word.isEmpty()) {
        faults.add(FaultKind.of(word).orElseThrow(() -> noFault(word)));
      }
    }
    return faults;
  }

  private static StartFailure noFault(String word) {
    return StartFailure.usage(
        "--allow-faults %s is not one of %s, all"
            .formatted(
                word,
                Stream.of(FaultKind.values())
                    .map(FaultKind::text)
                    .collect(Collectors.joining(", "))));
  }

  private static Optional<Join> join(Map<String, String> given) {
    var address = Optional.ofNullable(given.get("join"));
    var tokenFile = Optional.ofNullable(given.get("join-token-file")).map(Path::of);
    if (address.isPresent() != tokenFile.isPresent()) {
      throw StartFailure.usage("--join and --join-token-file are given together");
    }
    return address.map(
        text -> {
          var at = text.contains(":") ? text : text + ":7400";
          if (!text.matches("[0-9A-Za-z._-]+(:\\d{1,5})?") || !isAddress(at)) {
            throw StartFailure.usage("--join %s is not ADDR or ADDR:PORT".formatted(text));
          }
          return new Join(at, tokenFile.orElseThrow());
        });
  }

  private static boolean isAddress(String at) {
    try {
      return !Endpoint.parse(at).host().isEmpty();
    } catch (IllegalArgumentException none) {
      return false;
    }
  }

  private static Duration away(String given) {
    var matcher = DURATION.matcher(given);
    long seconds =
        matcher.matches()
            ? Long.parseLong(matcher.group(1)) * UNITS.getOrDefault(matcher.group(2), 0)
            : 0;
    if (seconds < 1 || seconds > AWAY_SECONDS_MAX) {
      throw StartFailure.usage("--away %s is not 1s to 1d, as 90s, 2m or 1h".formatted(given));
    }
    return Duration.ofSeconds(seconds);
  }

  private static List<Path> hostPaths(String given) {
    var paths = Stream.of(given.split(",")).filter(part -> !part.isBlank()).map(Path::of).toList();
    paths.stream()
        .filter(path -> !path.isAbsolute())
        .findFirst()
        .ifPresent(
            path -> {
              throw StartFailure.usage("--host-paths: " + path + " is not absolute");
            });
    return paths;
  }

  private static int number(Map<String, String> given, String name, int absent, int min, int max) {
    var text = Optional.ofNullable(given.get(name));
    if (text.isEmpty()) {
      return absent;
    }
    if (text.get().matches("\\d{1,5}")) {
      int value = Integer.parseInt(text.get());
      if (value >= min && value <= max) {
        return value;
      }
    }
    throw StartFailure.usage("--%s %s is not %d to %d".formatted(name, text.get(), min, max));
  }

  String gatewayUrl() {
    var host = bind.contains(":") ? "[" + bind + "]" : bind;
    return Endpoint.parse(host + ":" + httpPort).toString();
  }
}
