package dev.regrow.chaos.scenario;

import dev.regrow.chaos.history.Exclusivity;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.NamespaceKind;
import dev.regrow.v1.Relaxation;
import dev.regrow.v1.Volume;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * An exclusive workload whose processes catch each other: each takes a lock that all machines of a
 * lab share as its first act, holds it until its end, and writes down whether it got it.
 */
public final class Locked {

  private static final String AT = "/locks";
  private static final String PROGRAM =
      """
      exec 9</locks/$HOSTNAME.lock
      if flock -n 9; then
        echo "started $(date +%s%N)" >>/locks/$HOSTNAME.stamps
        exec sleep infinity
      fi
      echo "overlap $(date +%s%N)" >>/locks/$HOSTNAME.stamps
      sleep 1
      exit 1
      """;

  private final String name;
  private final int replicas;
  private final Path folder;

  /**
   * @param folder is made; the nodes must let their instances mount it
   */
  public Locked(String name, int replicas, Path folder) {
    this.name = name;
    this.replicas = replicas;
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      for (int slot = 0; slot < replicas; slot++) {
        writable(file(slot, "lock"));
        writable(file(slot, "stamps"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("make the locks in " + folder, e);
    }
  }

  private Path file(int slot, String what) {
    return folder.resolve("%s-%d.%s".formatted(name, slot, what));
  }

  /** By every instance, whoever it is. */
  private static void writable(Path file) throws IOException {
    Files.createFile(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  public Workload.Builder workload() {
    var locked = Programs.service(name, replicas, "/bin/bash", "-c", PROGRAM).setExclusive(true);
    locked
        .getInstanceBuilder()
        .addVolumes(Volume.newBuilder().setHost(folder.toString()).setAt(AT));
    return locked;
  }

  /** Their namespace, which lets them mount what is not theirs. */
  public static Namespace namespace() {
    return Namespace.newBuilder()
        .setKind(NamespaceKind.NAMESPACE)
        .setName("default")
        .addAllow(Relaxation.HOST_FILESYSTEM)
        .addAllow(Relaxation.HOST_NETWORK)
        .addAllow(Relaxation.HOST_PATH)
        .addAllow(Relaxation.ROOT)
        .build();
  }

  /** How many processes have begun so far. */
  public int starts() {
    int starts = 0;
    for (int slot = 0; slot < replicas; slot++) {
      starts += judge(slot).starts();
    }
    return starts;
  }

  /** Of all slots; none is as it must be. */
  public List<String> overlaps() {
    var overlaps = new ArrayList<String>();
    for (int slot = 0; slot < replicas; slot++) {
      overlaps.addAll(judge(slot).overlaps());
    }
    return overlaps;
  }

  private Exclusivity.Verdict judge(int slot) {
    try {
      return Exclusivity.judge(Files.readString(file(slot, "stamps")));
    } catch (IOException e) {
      throw new UncheckedIOException("read what slot " + slot + " wrote", e);
    }
  }
}
