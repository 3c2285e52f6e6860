package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.cgroup.Hierarchies.Controller;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Cgroups as directories, and those above them. For one thread at a time, but for removals. */
final class Levels {

  private final CgroupFiles files;
  private final boolean v2;

  /** What something was removed from since they were looked at. */
  private final Set<Path> perhapsEmpty = new LinkedHashSet<>();

  Levels(CgroupFiles files, boolean v2) {
    this.files = files;
    this.v2 = v2;
  }

  /**
   * Makes it, and what is missing above it up to the root, each handing its controllers on.
   *
   * @return whether it was made; false if it was there
   */
  boolean make(Path dir, Path root) {
    try {
      return files.makeDirectory(dir);
    } catch (NoSuchFileException e) {
      make(parent(dir), root);
      delegate(parent(dir), Controller.usual());
      return make(dir, root);
    } catch (IOException e) {
      throw CgroupFiles.failure("make cgroup " + dir, e);
    } finally {
      if (parent(dir).equals(root)) {
        delegate(root, Controller.usual());
        delegate(dir, Controller.usual());
      }
    }
  }

  /** All levels above this one hand a controller on that few have. */
  void handDown(Path dir, Path root, Controller controller) {
    if (!dir.equals(root)) {
      handDown(parent(dir), root, controller);
      delegate(parent(dir), Set.of(controller));
    }
  }

  /**
   * v2 only: children have the controllers that their parent names; it may hold no process then.
   */
  private void delegate(Path dir, Set<Controller> wanted) {
    if (!v2) {
      return;
    }
    var has = words(dir, "cgroup.controllers");
    var delegated = words(dir, "cgroup.subtree_control");
    var missing =
        wanted.stream()
            .map(Controller::kernelName)
            .sorted()
            .filter(has::contains)
            .filter(name -> !delegated.contains(name))
            .map(name -> "+" + name)
            .collect(Collectors.joining(" "));
    if (!missing.isEmpty()) {
      files.write(dir.resolve("cgroup.subtree_control"), missing);
    }
  }

  List<String> words(Path dir, String file) {
    return List.of(files.read(dir.resolve(file)).trim().split("\\s+", -1));
  }

  static Path parent(Path dir) {
    var parent = dir.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no cgroup below a root: " + dir);
    }
    return parent;
  }

  /**
   * Removes it and what is below it.
   *
   * @return whether it is gone; false if something holds processes
   */
  boolean removeTree(Path dir) {
    if (files.removeDirectory(dir)) {
      return true; // Without a look at the dozens of files that are in each.
    }
    files.children(dir).forEach(this::removeTree);
    return files.removeDirectory(dir);
  }

  /** The level above this one, which is gone, may be empty now. */
  void left(Path dir) {
    perhapsEmpty.add(parent(dir));
  }

  /**
   * Removes the levels that something was removed from and that hold nothing any more.
   *
   * @return those that are gone
   */
  List<Path> removeEmpty(Collection<Path> roots) {
    var gone = new ArrayList<Path>();
    for (var level : perhapsEmpty) {
      for (var up = level; !roots.contains(up) && files.removeDirectory(up); up = parent(up)) {
        gone.add(up);
      }
    }
    perhapsEmpty.clear();
    return gone;
  }
}
