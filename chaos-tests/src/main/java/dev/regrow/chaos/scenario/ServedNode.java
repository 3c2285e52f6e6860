package dev.regrow.chaos.scenario;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.LocalNode;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.ContextFile;
import dev.regrow.client.LogQuery;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Timeline;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A node and a client of it, both to be had again after the JVM was ended. */
public final class ServedNode implements AutoCloseable {

  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

  private final Path data;
  private final String name;
  private final String address;
  private LocalNode jvm;
  private @Nullable RegrowClient client;
  private String uid = "";

  ServedNode(Path home, Path data, String name, String address) {
    this.data = data;
    this.name = name;
    this.address = address;
    this.jvm = new LocalNode(home, data, name, address);
  }

  /** Starts the JVM, waits until it serves, and connects. */
  public ServedNode start() {
    jvm.start();
    connect();
    if (uid.isEmpty()) {
      uid = client().send(Calls.node(name)).getUid();
    }
    return this;
  }

  /** Starts what {@link LocalNode#kill9} or {@link LocalNode#term} ended, from another build. */
  public ServedNode startFrom(Path otherHome) {
    jvm = new LocalNode(otherHome, data, name, address);
    return start();
  }

  /** Where it keeps everything. */
  public Path data() {
    return data;
  }

  public LocalNode jvm() {
    return jvm;
  }

  /** Of the node; all that it makes on this machine bears it. "" before its first start. */
  public String uid() {
    return uid;
  }

  public RegrowClient client() {
    if (client == null) {
      throw new IllegalStateException("node " + name + " was not started");
    }
    return client;
  }

  private void connect() {
    try {
      disconnect();
      client = RegrowClient.of(ContextFile.at(jvm.contextFile()).read().orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException("read what node " + name + " wrote for its clients", e);
    }
  }

  private void disconnect() {
    if (client != null) {
      client.close();
    }
  }

  /** Applies it with all defaults written in. */
  public Workload apply(Workload.Builder workload) {
    return client().send(Calls.apply(Programs.complete(workload)));
  }

  public Workload workload(String workload) {
    return client().send(Calls.workload(Programs.NAMESPACE, workload));
  }

  /** Empty: there is none, or it is gone. */
  public Optional<Workload> find(String workload) {
    try {
      return Optional.of(workload(workload));
    } catch (ApiException.NotFound absent) {
      return Optional.empty();
    }
  }

  public List<Instance> instances(String workload) {
    return client().send(Calls.instancesOf(Programs.NAMESPACE, workload)).getItemsList();
  }

  public Timeline timeline(String workload) {
    return client().send(Calls.timeline(Programs.NAMESPACE, workload));
  }

  /** All that is kept of its output, every attempt. */
  public String logs(Instance instance) {
    try (var logs = client().logs(LogQuery.of(Programs.NAMESPACE, instance.getId()))) {
      return logs.readAll();
    } catch (IOException e) {
      throw new UncheckedIOException("read the logs of " + instance.getSlot(), e);
    }
  }

  /** How much its log files hold, seen without asking the node. */
  public long logBytesOnDisk(Instance instance) {
    Path folder =
        data.resolve("logs")
            .resolve(instance.getNamespace())
            .resolve(instance.getWorkload())
            .resolve(instance.getId());
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new UncheckedIOException("list " + folder, e);
    }
  }

  /** Waits until exactly so many instances are there, all ready, and returns them. */
  public List<Instance> awaitReady(String workload, int count) {
    return Await.until(
        count + " ready instances of " + workload,
        SETTLED_WITHIN,
        () -> instances(workload),
        seen -> seen.size() == count && seen.stream().allMatch(Instance::getReady));
  }

  /** Waits until the only instance is as wished, and returns it. */
  public Instance awaitOnly(String workload, String what, Predicate<Instance> enough) {
    return Await.until(
            workload + " to be " + what,
            SETTLED_WITHIN,
            () -> instances(workload),
            seen -> seen.size() == 1 && enough.test(seen.get(0)))
        .get(0);
  }

  /** Waits until its newest revision is fully rolled out. */
  public Workload awaitRolledOut(String workload) {
    return Await.until(
        workload + " to be rolled out",
        SETTLED_WITHIN,
        () -> workload(workload),
        seen ->
            seen.getStatus().getRevision() == seen.getRevision()
                && seen.getStatus().getReady() == seen.getReplicas()
                && seen.getStatus().getUpdated() == seen.getReplicas());
  }

  /** Deletes it and waits until it is gone. */
  public void delete(String workload) {
    client().send(Calls.delete(Programs.NAMESPACE, workload));
    Await.until(workload + " to be gone", SETTLED_WITHIN, () -> find(workload), Optional::isEmpty);
  }

  /** Ends the JVM and removes all that it made on this machine, except its data. */
  @Override
  public void close() {
    disconnect();
    jvm.close();
  }
}
