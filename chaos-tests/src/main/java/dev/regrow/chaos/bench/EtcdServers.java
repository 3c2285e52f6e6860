package dev.regrow.chaos.bench;

import dev.regrow.chaos.cluster.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** etcd as Debian ships it, with its defaults, on loopback. */
final class EtcdServers implements StoreServers {

  private static final Duration READY_WITHIN = Duration.ofSeconds(30);
  private static final String SUBNET = "127.78.0.";
  private static final String STATUS = "/v3/maintenance/status";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path scratch;
  private final List<Process> members = new ArrayList<>();
  private List<String> endpoints = List.of();

  private EtcdServers(Path scratch) {
    this.scratch = scratch;
  }

  static EtcdServers start(Path program, Path scratch, int count) throws IOException {
    var servers = new EtcdServers(scratch);
    try {
      for (int i = 1; i <= count; i++) {
        servers.members.add(launch(program, scratch, i, count));
      }
      servers.endpoints = servers.leaderFirst(count);
    } catch (IOException | AssertionError failed) {
      servers.close();
      throw failed;
    }
    return servers;
  }

  private static Process launch(Path program, Path scratch, int i, int count) throws IOException {
    String cluster =
        IntStream.rangeClosed(1, count)
            .mapToObj(n -> "e" + n + "=" + peer(n))
            .collect(Collectors.joining(","));
    var command =
        List.of(
            program.toString(),
            "--name=e" + i,
            "--data-dir=" + scratch.resolve("etcd-" + count + "-" + i),
            "--listen-client-urls=" + client(i),
            "--advertise-client-urls=" + client(i),
            "--listen-peer-urls=" + peer(i),
            "--initial-advertise-peer-urls=" + peer(i),
            "--initial-cluster=" + cluster,
            "--initial-cluster-state=new");
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(scratch.resolve("etcd-" + count + "-" + i + ".out").toFile())
        .start();
  }

  private static String client(int i) {
    return "http://" + SUBNET + i + ":2379";
  }

  private static String peer(int i) {
    return "http://" + SUBNET + i + ":2380";
  }

  /** A member leads when the leader that it names is itself. */
  private List<String> leaderFirst(int count) {
    int leader =
        Await.until(
            "a leader of etcd",
            READY_WITHIN,
            () -> IntStream.rangeClosed(1, count).filter(this::leads).findFirst().orElse(0),
            found -> found > 0);
    return IntStream.iterate(leader, i -> i % count + 1)
        .limit(count)
        .mapToObj(i -> SUBNET + i + ":2379")
        .toList();
  }

  private boolean leads(int i) {
    try {
      var answer =
          http.send(
                  HttpRequest.newBuilder(URI.create(client(i) + STATUS))
                      .timeout(Duration.ofSeconds(2))
                      .POST(HttpRequest.BodyPublishers.ofString("{}"))
                      .build(),
                  BodyHandlers.ofString())
              .body();
      String leader = field(answer, "leader");
      return !leader.equals("0") && leader.equals(field(answer, "member_id"));
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for etcd", e);
    }
  }

  private static String field(String json, String name) {
    var found = java.util.regex.Pattern.compile("\"" + name + "\":\"(\\d+)\"").matcher(json);
    return found.find() ? found.group(1) : "0";
  }

  @Override
  public List<String> apis() {
    return List.of("etcd-json", "etcd-grpc");
  }

  @Override
  public List<String> endpoints() {
    return endpoints;
  }

  @Override
  public List<Long> pids() {
    return members.stream().map(Process::pid).toList();
  }

  @Override
  public Path tokenFile() {
    return scratch;
  }

  @Override
  public void close() {
    members.forEach(Process::destroy);
    for (Process member : members) {
      try {
        if (!member.waitFor(READY_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
          member.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UncheckedIOException(new IOException("interrupted while etcd ended", e));
      }
    }
  }
}
