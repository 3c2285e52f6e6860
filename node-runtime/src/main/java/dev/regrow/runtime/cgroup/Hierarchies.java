package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.Machine.CgroupWorld;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the cgroup file systems are mounted.
 *
 * @param v1 mount point by controller, of those that we use; several may share one
 * @param unified mount point of cgroup2; with all controllers, or (hybrid) without
 */
public record Hierarchies(CgroupWorld world, Map<Controller, Path> v1, @Nullable Path unified) {

  public Hierarchies {
    v1 = Map.copyOf(v1);
  }

  /** What we limit and measure with. */
  public enum Controller {
    CPU,
    CPUACCT,
    MEMORY,
    PIDS,
    /** Of version 2 alone, and handed on only where somebody asks for a weight. */
    IO;

    /** What every instance has. */
    static Set<Controller> usual() {
      return EnumSet.complementOf(EnumSet.of(IO));
    }

    String kernelName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads /proc/self/mounts. A unified hierarchy beside v1 ones is hybrid: it never has the
   * controllers that we need there.
   *
   * @return empty if no cgroup file system is mounted
   */
  public static Optional<Hierarchies> parse(String mounts) {
    var v1 = new TreeMap<Controller, Path>();
    Path unified = null;
    for (var line : mounts.lines().toList()) {
      var fields = List.of(line.split(" ", -1));
      if (fields.size() < 4) {
        continue;
      }
      var target = Path.of(unescape(fields.get(1)));
      if (fields.get(2).equals("cgroup2") && unified == null) {
        unified = target;
      } else if (fields.get(2).equals("cgroup")) {
        var options = Set.copyOf(Arrays.asList(fields.get(3).split(",", -1)));
        Controller.usual().stream()
            .filter(controller -> options.contains(controller.kernelName()))
            .forEach(controller -> v1.putIfAbsent(controller, target));
      }
    }
    if (v1.isEmpty() && unified == null) {
      return Optional.empty();
    }
    var world =
        v1.isEmpty() ? CgroupWorld.V2 : unified == null ? CgroupWorld.V1 : CgroupWorld.HYBRID;
    return Optional.of(new Hierarchies(world, v1, unified));
  }

  /** Spaces and the like are octal there: {@code \040}. */
  private static String unescape(String field) {
    var text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(field.charAt(i));
      }
    }
    return text.toString();
  }

  /** Every mount point once, of those that instances are in. */
  public List<Path> roots() {
    return with(v1Roots());
  }

  /** Also those that instances of an earlier release may be in. */
  List<Path> everyRoot() {
    return with(new TreeMap<>(v1).values());
  }

  private List<Path> with(Collection<Path> some) {
    var roots = new LinkedHashSet<>(some);
    if (unified != null) {
      roots.add(unified);
    }
    return new ArrayList<>(roots);
  }

  /** The unified hierarchy counts processor time even where it limits nothing. */
  Collection<Path> v1Roots() {
    var wanted = new TreeMap<>(v1);
    if (countsTimeUnified()) {
      wanted.remove(Controller.CPUACCT);
    }
    return new LinkedHashSet<>(wanted.values());
  }

  boolean countsTimeUnified() {
    return unified != null;
  }

  /** Where this controller's files are; empty if this machine has no such controller. */
  Optional<Path> root(Controller controller) {
    return world == CgroupWorld.V2
        ? Optional.ofNullable(unified)
        : Optional.ofNullable(v1.get(controller));
  }
}
