package dev.regrow.schema.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A valid manifest as plain maps and lists, to be spoiled in one place. */
final class Manifest {
  private static final Pattern STEPS = Pattern.compile("\\.|(?=\\[)");

  private Manifest() {}

  /** A fresh one that holds nearly every field. */
  static Map<String, Object> full() {
    Map<String, Object> instance =
        object(
            "image", "dir:/srv/root",
            "command", list("/bin/web", "--port", "8080"),
            "env", object("MODE", "prod"),
            "user", "1000:1000",
            "workdir", "/srv",
            "resources",
                object(
                    "cpu",
                    "500m",
                    "memory",
                    "128Mi",
                    "pids",
                    256,
                    "cpuLimit",
                    "2",
                    "memoryLimit",
                    "256Mi",
                    "ioWeight",
                    200,
                    "ulimits",
                    object("nofile", 65_536, "core", 0)),
            "ports", list(object("name", "http", "port", 8080, "protocol", "tcp")),
            "network", "none",
            "volumes", list(object("tmpfs", "64Mi", "at", "/cache", "readOnly", false)),
            "stop", object("signal", "TERM", "grace", "10s"),
            "security",
                object(
                    "readOnlyRoot",
                    true,
                    "userNamespace",
                    true,
                    "seccomp",
                    "default",
                    "capabilities",
                    list("CHOWN", "KILL"),
                    "syscalls",
                    list("ptrace")));
    return object(
        "kind",
        "Service",
        "name",
        "web",
        "namespace",
        "default",
        "labels",
        object("team", "shop"),
        "replicas",
        1,
        "instance",
        instance,
        "restart",
        object(
            "policy",
            "always",
            "backoff",
            object(
                "initial", "0s", "base", "100ms", "max", "30s", "factor", 2, "resetAfter", "1m")),
        "placement",
        object(
            "policy",
            "spread",
            "require",
            list(object("label", "disk", "in", list("ssd", "nvme"))),
            "prefer",
            list(object("label", "zone", "in", list("a"), "weight", 10)),
            "spread",
            list(object("by", "node"))),
        "update",
        object(
            "surge",
            1,
            "unavailable",
            0,
            "minReady",
            "0s",
            "progressDeadline",
            "2m",
            "autoRevert",
            true),
        "disconnect",
        object("lostAfter", "0s", "reconcile", "keep-replacement"),
        "exclusive",
        false);
  }

  static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      object.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return object;
  }

  static List<Object> list(Object... items) {
    return new ArrayList<>(List.of(items));
  }

  /** Sets a value, adding to a list at its end. */
  static void set(Map<String, Object> manifest, String path, Object value) {
    String[] steps = STEPS.split(path, -1);
    Object at = manifest;
    for (int i = 0; i < steps.length - 1; i++) {
      at = child(at, steps[i]);
    }
    put(at, steps[steps.length - 1], value);
  }

  static void remove(Map<String, Object> manifest, String path) {
    int dot = path.lastIndexOf('.');
    Object parent = manifest;
    for (String step : dot < 0 ? new String[0] : STEPS.split(path.substring(0, dot), -1)) {
      parent = child(parent, step);
    }
    asObject(parent).remove(path.substring(dot + 1));
  }

  private static Object child(Object at, String step) {
    Object child = step.startsWith("[") ? asList(at).get(index(step)) : asObject(at).get(step);
    if (child == null) {
      throw new IllegalArgumentException("no " + step + " in " + at);
    }
    return child;
  }

  private static void put(Object at, String step, Object value) {
    if (!step.startsWith("[")) {
      asObject(at).put(step, value);
    } else if (index(step) == asList(at).size()) {
      asList(at).add(value);
    } else {
      asList(at).set(index(step), value);
    }
  }

  private static int index(String step) {
    return Integer.parseInt(step.substring(1, step.length() - 1));
  }

  @SuppressWarnings("unchecked") // Made by object() above.
  private static Map<String, Object> asObject(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked") // Made by list() above.
  private static List<Object> asList(Object value) {
    return (List<Object>) value;
  }
}
