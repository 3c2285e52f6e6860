package dev.regrow.schema.testing;

import static dev.regrow.schema.testing.Manifest.list;
import static dev.regrow.schema.testing.Manifest.object;

import dev.regrow.schema.PlainData;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.schema.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Several hundred bodies that must be refused: mistyped, out of range, unknown, missing,
 * contradictory, oversized, too deep, broken, each as JSON and as YAML where both can say it.
 */
public final class BadBodies {
  private final List<BadBody> bodies = new ArrayList<>();

  private BadBodies() {}

  /** All of them, in an order that follows from the seed. */
  public static List<BadBody> all(long seed) {
    var made = new BadBodies();
    made.mistyped();
    made.outOfRange();
    made.illWritten();
    made.unknown();
    made.missing();
    made.contradictory();
    made.oversized();
    made.bodies.addAll(BrokenTexts.all(seed));
    Collections.shuffle(made.bodies, new Random(seed));
    return List.copyOf(made.bodies);
  }

  private void mistyped() {
    for (String text :
        List.of(
            "name",
            "namespace",
            "instance.image",
            "instance.user",
            "instance.workdir",
            "instance.command[1]",
            "instance.stop.signal",
            "labels.team",
            "instance.ports[0].name",
            "instance.volumes[0].at",
            "instance.network",
            "kind",
            "restart.policy",
            "placement.policy",
            "disconnect.reconcile")) {
      wrong(text, 17, true, list("a"), object("a", "b"));
    }
    for (String number :
        List.of(
            "replicas",
            "instance.resources.pids",
            "instance.ports[0].port",
            "update.surge",
            "update.unavailable",
            "restart.backoff.factor")) {
      wrong(number, "3", true, list(3), object("a", 3));
    }
    for (String truth :
        List.of(
            "exclusive",
            "instance.security.readOnlyRoot",
            "instance.security.userNamespace",
            "instance.volumes[0].readOnly",
            "update.autoRevert")) {
      wrong(truth, "true", 1, list(true), object("a", true));
    }
    for (String table :
        List.of(
            "instance",
            "instance.resources",
            "labels",
            "instance.env",
            "update",
            "restart",
            "restart.backoff",
            "instance.stop",
            "instance.ports[0]",
            "instance.volumes[0]")) {
      wrong(table, "x", 5, true, list("x"));
    }
    for (String items :
        List.of(
            "instance.command",
            "instance.ports",
            "instance.volumes",
            "instance.security.capabilities",
            "instance.security.syscalls")) {
      wrong(items, "x", 5, false, object("a", "x"));
    }
  }

  private void outOfRange() {
    wrong("replicas", -1, 10_001, 2_147_483_648L, 1.5);
    wrong("instance.resources.pids", 0, -1, 4_194_305);
    wrong("instance.resources.cpu", 0, "0", "2000", -1);
    wrong("instance.resources.cpuLimit", "9m", "1025");
    wrong("instance.resources.ioWeight", 0, 10_001);
    wrong("instance.resources.disk", "1023Ki", 0);
    wrong("instance.resources.ulimits.nofile", 15, -1, "64");
    wrong("instance.resources.memory", 0, 1_048_575, "1023Ki", "17Ti", "9223372036854775808");
    wrong("instance.ports[0].port", 0, -1, 65_536, 4_294_967_376L);
    wrong("update.surge", -1, 10_001);
    wrong("update.progressDeadline", "999ms", "1d1ms");
    wrong("instance.stop.grace", "24h1ms", "106751991168d");
    wrong("restart.backoff.base", "0s");
    wrong("restart.backoff.factor", 0.5, 100.5);
    wrong("instance.volumes[0].tmpfs", "4095", "2Ti");
    wrong("disconnect.lostAfter", "8d");
  }

  private void illWritten() {
    wrong(
        "instance.resources.memory", "12Q", "", "Mi", "-1Mi", "12 Mi", "1Mi1", "0.3", "1e3Mi", "１");
    wrong("instance.resources.cpu", "half", "0.0001", "1.5m", "500 m");
    wrong("instance.stop.grace", "10", "ten", "10 s", "-1s", "1s1m", 10, "", "1.0001s");
    wrong("name", "Web", "", "-web", "web-", "we_b", "w".repeat(64), "web.example", "wéb", "web\n");
    wrong("namespace", "Default", "a b");
    wrong("instance.user", "root", "1000:", ":1", "65536", "-1", "1:2:3");
    wrong("instance.workdir", "srv", "", "/srv/../etc", "/a\nb");
    wrong(
        "instance.volumes[0].at",
        "cache",
        "/",
        "//",
        "/proc",
        "/proc/x",
        "/sys",
        "/dev/shm",
        "/a/..");
    wrong("instance.stop.signal", "SIGTERM", "term", "15", "RTMIN");
    wrong(
        "instance.image",
        "oci:web",
        "layout:x",
        "web",
        "dir:srv",
        "dir:/",
        "dir:/srv/../etc",
        "dir:/proc/self/root");
    wrong("instance.network", "Host", "", "container");
    wrong("instance.security.userNamespace", false);
    wrong("instance.security.seccomp", "unconfined", "Default", "");
    wrong("instance.security.syscalls[0]", "bpf", "PTRACE", "all", "", 7);
    wrong(
        "instance.security.capabilities[1]",
        "SYS_ADMIN",
        "NET_RAW",
        "CAP_KILL",
        "kill",
        "ALL",
        "",
        "CHOWN",
        7);
    wrong(
        "kind", "Job", "Cron", "Daemon", "Config", "Secret", "Volume", "Namespace", "service", "");
    wrong("instance.ports[0].protocol", "sctp", "TCP");
    wrong("restart.policy", "sometimes");
    wrong("instance.env.MODE", 17, true, list("a"));
    add(
        "variable of an unknown object",
        "instance.env.MODE.vault",
        it -> Manifest.set(it, "instance.env.MODE", object("vault", "b")));
    wrong("labels.team", "a b", "-a", "x".repeat(64));
    wrong("instance.command[0]", "");
    add(
        "variable of a config without key",
        "instance.env.MODE.key",
        it -> Manifest.set(it, "instance.env.MODE", object("config", "web")));
    add(
        "variable of no object",
        "instance.env.MODE",
        it -> Manifest.set(it, "instance.env.MODE", object("key", "mode")));
    add(
        "variable of an object that has no name",
        "instance.env.MODE.config",
        it -> Manifest.set(it, "instance.env.MODE", object("config", "a b", "key", "mode")));
    add("label with a bad key", "labels.a b", it -> Manifest.set(it, "labels", object("a b", "c")));
    add("environment with =", "instance.env.A=B", it -> Manifest.set(it, "instance.env.A=B", "c"));
    add(
        "environment without name",
        "instance.env.",
        it -> Manifest.set(it, "instance.env", object("", "c")));
  }

  private void unknown() {
    for (String path :
        List.of(
            "replica",
            "Name",
            "spec",
            "apiVersion",
            "instance.comand",
            "instance.resources.ram",
            "instance.resources.memory_limit",
            "instance.ports[0].prot",
            "update.serge",
            "restart.backoff.maximum",
            "instance.volumes[0].readonly",
            "instance.stop.graceful",
            "$schema",
            "",
            "instance.😀")) {
      wrong(path, "x");
    }
    for (String later : List.of("dependsOn", "schedule", "data", "completions", "update.canary")) {
      wrong(later, list("x"));
    }
    for (String source : List.of("volume", "config", "secret")) {
      add(
          "volume from a " + source + " that has no name",
          "instance.volumes[0]." + source,
          it -> Manifest.set(it, "instance.volumes[0]", object(source, "X!", "at", "/x")));
    }
  }

  private void missing() {
    for (String path :
        List.of(
            "kind",
            "name",
            "instance",
            "instance.command",
            "instance.ports[0].port",
            "instance.volumes[0].at")) {
      add("without " + path, path, it -> Manifest.remove(it, path));
    }
    wrong("instance.command", list());
    add(
        "volume from nothing",
        "instance.volumes[0]",
        it -> Manifest.remove(it, "instance.volumes[0].tmpfs"));
  }

  private void contradictory() {
    wrong("instance.resources.memoryLimit", "127Mi");
    wrong("update.minReady", "3m");
    wrong("restart.backoff.max", "99ms");
    add(
        "volume from two sources",
        "instance.volumes[0].host",
        it -> Manifest.set(it, "instance.volumes[0].host", "/srv"));
    add("nothing may move", "update", it -> Manifest.set(it, "update.surge", 0));
    placement();
    health();
    add(
        "two ports of one name",
        "instance.ports[1].name",
        it -> Manifest.set(it, "instance.ports[1]", object("name", "http", "port", 81)));
    add(
        "published without a bridge",
        "instance.ports[0].publish",
        it -> Manifest.set(it, "instance.ports[0].publish", 80));
    add(
        "one published port twice",
        "instance.ports[1].publish",
        it -> {
          Manifest.set(it, "instance.network", "bridge");
          Manifest.set(it, "instance.ports[0].publish", 80);
          Manifest.set(it, "instance.ports[1]", object("port", 81, "publish", 80));
        });
    add(
        "an address and no published port",
        "instance.ports[0].on",
        it -> Manifest.set(it, "instance.ports[0].on", "127.0.0.1"));
    add(
        "published on no address",
        "instance.ports[0].on",
        it -> {
          Manifest.set(it, "instance.network", "bridge");
          Manifest.set(
              it, "instance.ports[0]", object("port", 80, "publish", 80, "on", "300.1.1.1"));
        });
    add(
        "one port twice",
        "instance.ports[1].port",
        it -> Manifest.set(it, "instance.ports[1]", object("port", 8080)));
    add(
        "one mount twice",
        "instance.volumes[1].at",
        it -> Manifest.set(it, "instance.volumes[1]", object("tmpfs", "1Mi", "at", "/./cache/")));
  }

  private void health() {
    wrong("instance.health", "x", list("x"));
    for (String probe : List.of("startup", "readiness", "liveness")) {
      ill(probe, "", "x");
      ill(probe, "", object("interval", "1s"));
      ill(probe, "", object("exec", list()));
      ill(probe, "", object("tcp", object("port", "http"), "exec", list("/bin/check")));
      ill(probe, ".http.port", object("http", object("port", "https")));
      ill(probe, ".http.path", object("http", object("port", "http", "path", "ready")));
      ill(probe, ".tcp.port", object("tcp", object("port", "0")));
      ill(probe, ".tcp.port", object("tcp", object("port", "70000")));
      ill(probe, ".tcp.port", object("tcp", object("port", 8080)));
      ill(probe, ".exec[0]", object("exec", list("")));
      ill(probe, ".exec", object("exec", "/bin/check"));
      for (Object interval : List.of("0s", "99ms", "2d", 5)) {
        ill(probe, ".interval", object("exec", list("/bin/check"), "interval", interval));
      }
    }
  }

  private void ill(String probe, String field, Object value) {
    String path = "instance.health." + probe;
    add(
        path + " = " + value,
        path + field,
        it -> Manifest.set(it, "instance.health", object(probe, value)));
  }

  private void placement() {
    wrong("placement.require[0]", "x", list("disk"));
    wrong("placement.require[0].on", list("ssd"));
    wrong("placement.require[0].label", "no label", "", 7);
    wrong("placement.require[0].in", list(), "ssd");
    wrong("placement.require[0].in[0]", "no value", 7);
    wrong("placement.prefer[0].weight", 0, 101, -101, "much");
    wrong("placement.spread[0].by", "", "two words", 7);
    add(
        "spread twice by one label",
        "placement.spread[1].by",
        it -> Manifest.set(it, "placement.spread[1]", object("by", "node")));
    add(
        "requirements that no node meets",
        "placement.require[1].in",
        it ->
            Manifest.set(it, "placement.require[1]", object("label", "disk", "in", list("tape"))));
    add(
        "spread over nodes and packed",
        "placement.spread[0].by",
        it -> Manifest.set(it, "placement.policy", "pack"));
  }

  private void oversized() {
    wrong("instance.command", Collections.nCopies(1025, "x"));
    wrong("instance.command[1]", "x".repeat(131_001));
    wrong("instance.env.MODE", "x".repeat(131_001), "é".repeat(65_501));
    wrong("instance.image", "dir:/" + "x".repeat(4096));
    wrong("instance.ports", ports(65));
    wrong("labels", numbered(65));
    wrong("instance.env", numbered(1025));
    add(
        "more in all than is kept",
        "",
        it -> {
          for (int i = 0; i < 5; i++) {
            Manifest.set(it, "instance.env.BIG_" + i, "x".repeat(120_000));
          }
        });
    add(
        "larger than is read",
        "",
        Verdict.TOO_LARGE,
        it -> Manifest.set(it, "instance.env.MODE", "x".repeat(Schema.MAX_BYTES)));
  }

  private static List<Object> ports(int count) {
    List<Object> ports = list();
    for (int i = 1; i <= count; i++) {
      ports.add(object("port", i));
    }
    return ports;
  }

  private static Map<String, Object> numbered(int count) {
    Map<String, Object> object = object();
    for (int i = 0; i < count; i++) {
      object.put("k" + i, "v");
    }
    return object;
  }

  /** Each value is wrong at that path, and the refusal must name the path. */
  private void wrong(String path, Object... values) {
    for (Object value : values) {
      String shown = value.toString();
      String name = path + " = " + shown.substring(0, Math.min(40, shown.length()));
      add(name, path, it -> Manifest.set(it, path, value));
    }
  }

  private void add(String name, String field, Consumer<Map<String, Object>> spoil) {
    add(name, field, Verdict.INVALID, spoil);
  }

  private void add(
      String name, String field, Verdict verdict, Consumer<Map<String, Object>> spoil) {
    Map<String, Object> manifest = Manifest.full();
    spoil.accept(manifest);
    bodies.add(BadBody.of(name, Syntax.JSON, PlainData.toJson(manifest), verdict, field));
    bodies.add(BadBody.of(name, Syntax.YAML, PlainData.toYaml(manifest), verdict, field));
  }
}
