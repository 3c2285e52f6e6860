package dev.regrow.chaos.lab;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.LocalNode;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One machine of a lab and the node on it.
 *
 * <pre>
 *   off ──launch──▶ on ──kill9 | term──▶ agent down, instances live ──launch──▶ on
 *                   on ──pause──▶ hung ──resume──▶ on
 *               either ──die──▶ off: JVM, shims and instances killed at once
 * </pre>
 */
public final class Machine {

  private static final Duration DEAD_WITHIN = Duration.ofSeconds(10);
  private static final List<String> TOPS = List.of("regrow-agent", "regrow");

  private final String name;
  private final String address;
  private final String labUid;
  private final String namespace;
  private final Path folder;
  private final LocalNode jvm;
  private final Path cgroups;
  private final Preload preload;

  Machine(
      String name, String address, LabNames names, Path folder, LocalNode jvm, Preload preload) {
    this.preload = preload;
    this.name = name;
    this.labUid = names.uid();
    this.address = address;
    this.namespace = names.namespace(name);
    this.folder = folder;
    this.jvm = jvm;
    this.cgroups = unified();
  }

  public String name() {
    return name;
  }

  /** In the lab's network, to be reached from its machines. */
  public String address() {
    return address;
  }

  /** The node's process: start, kill and end it here. */
  public LocalNode jvm() {
    return jvm;
  }

  /**
   * What its JVM is told of its clock and disk, other than they are; in force once {@link
   * #deceivable} was called before its start.
   */
  public Preload preload() {
    return preload;
  }

  /** From its next start on its JVM can be told wrong things of its clock and disk. */
  public void deceivable() {
    preload.under(jvm);
  }

  /** A command that runs inside this machine's network. */
  public ProcessBuilder command(String... command) {
    var builder = new ProcessBuilder(Stream.concat(prefix(), Stream.of(command)).toList());
    builder.environment().put(Lab.VARIABLE, labUid);
    return builder;
  }

  private Stream<String> prefix() {
    return Stream.of("nsenter", "--net=" + LabNames.file(namespace));
  }

  /** Of the node; empty before it has been up for the first time. */
  public Optional<String> uid() {
    Path file = jvm.data().resolve("identity").resolve("node-uid");
    try {
      return Files.exists(file)
          ? Optional.of(Files.readString(file, StandardCharsets.US_ASCII).strip())
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("read " + file, e);
    }
  }

  /** Stops the JVM without its knowing; its instances run on. */
  public void pause() {
    signal(Signal.STOP);
  }

  /** Lets it go on. */
  public void resume() {
    signal(Signal.CONT);
  }

  private void signal(Signal signal) {
    var kernel = Kernel.load();
    try (var pidfd = kernel.pidfdOpen((int) jvm.pid())) {
      kernel.pidfdSendSignal(pidfd, signal);
    }
  }

  /** Kills all of it at once, as a machine dies: JVM, shims and instances. */
  public void die() {
    uid().ifPresent(uid -> TOPS.forEach(top -> kill(cgroups.resolve(top).resolve(uid))));
    jvm.kill9();
    uid()
        .ifPresent(
            uid ->
                Await.until(
                    "no process of machine " + name,
                    DEAD_WITHIN,
                    () ->
                        TOPS.stream()
                            .noneMatch(top -> populated(cgroups.resolve(top).resolve(uid)))));
  }

  /**
   * Takes its disk away; the next start finds an empty one.
   *
   * @throws IllegalStateException while its JVM runs
   */
  public void wipe() {
    if (jvm.isRunning()) {
      throw new IllegalStateException(
          "machine " + name + " runs; kill it before its disk is wiped");
    }
    uid().ifPresent(this::remember);
    jvm.close();
    Tool.run(List.of("rm", "-rf", "--", jvm.data().toString()), "");
  }

  /** What bears it is still taken away in the end. */
  private void remember(String uid) {
    try {
      Files.writeString(
          folder.resolve("node-uids"),
          uid + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("note the uid of " + name, e);
    }
  }

  private static void kill(Path cgroup) {
    if (!Files.isDirectory(cgroup)) {
      return;
    }
    try {
      Files.writeString(cgroup.resolve("cgroup.kill"), "1");
    } catch (IOException e) {
      throw new UncheckedIOException("kill what is in " + cgroup, e);
    }
  }

  private static boolean populated(Path cgroup) {
    try {
      return Files.isDirectory(cgroup)
          && Files.readString(cgroup.resolve("cgroup.events")).contains("populated 1");
    } catch (IOException gone) {
      return false;
    }
  }

  private static Path unified() {
    try {
      return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
          .map(line -> line.split(" "))
          .filter(fields -> fields[2].equals("cgroup2"))
          .map(fields -> Path.of(fields[1]))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      "no cgroup2 file system is mounted, so no machine can be killed as a whole"));
    } catch (IOException e) {
      throw new UncheckedIOException("read where cgroups are mounted", e);
    }
  }

  @Override
  public String toString() {
    return name + " (" + address + ")";
  }
}
