package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.Txn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * How many commits per second does one server take, at 1, 64 and 1,024 in flight, 1 kB values,
 * fsynced; and how many does etcd beside it, on the same disk, in the same run?
 *
 * <p>etcd is asked over its JSON gateway by the JDK's HTTP client, which costs it some; its own
 * benchmark tool would be fairer to it. Without etcd on the path only this store is measured.
 * Argument: a directory on the disk to be measured.
 */
public final class StoreBench {

  private static final int VALUE_BYTES = 1024;
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration MEASURED = Duration.ofSeconds(5);

  private StoreBench() {}

  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory(Path.of(args[0]), "regrow-bench");
    try {
      benchStore(directory.resolve("regrow"));
      benchEtcd(directory.resolve("etcd"));
    } finally {
      deleteTree(directory);
    }
  }

  private static void benchStore(Path data) throws Exception {
    byte[] value = value();
    long begun = System.nanoTime();
    try (var store = RaftStores.open(data)) {
      System.out.printf("regrow: open after %d ms%n", (System.nanoTime() - begun) / 1_000_000);
      IntFunction<CompletableFuture<?>> commit =
          n ->
              store
                  .commit(
                      new Txn(
                          List.of(),
                          List.of(
                              new Txn.Write.Put(
                                  "bench/" + n % 10_000, ByteString.copyFrom(value)))))
                  .toCompletableFuture();
      run("regrow", commit);
    }
  }

  private static void benchEtcd(Path data) throws Exception {
    int port = freePort();
    String url = "http://127.0.0.1:" + port;
    Process etcd;
    try {
      etcd =
          new ProcessBuilder(
                  "etcd",
                  "--data-dir",
                  data.toString(),
                  "--log-level",
                  "error",
                  "--listen-client-urls",
                  url,
                  "--advertise-client-urls",
                  url,
                  "--listen-peer-urls",
                  "http://127.0.0.1:" + freePort())
              .inheritIO()
              .start();
    } catch (IOException absent) {
      System.out.println("etcd: not measured, " + absent.getMessage());
      return;
    }
    try {
      var http = HttpClient.newHttpClient();
      awaitHealthy(http, url);
      String value = Base64.getEncoder().encodeToString(value());
      run("etcd", n -> http.sendAsync(put(url, n, value), HttpResponse.BodyHandlers.discarding()));
    } finally {
      etcd.destroy();
      etcd.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private static HttpRequest put(String url, int n, String value) {
    String key =
        Base64.getEncoder()
            .encodeToString(("bench/" + n % 10_000).getBytes(StandardCharsets.US_ASCII));
    String body = "{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}";
    return HttpRequest.newBuilder(URI.create(url + "/v3/kv/put"))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private static void awaitHealthy(HttpClient http, String url) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(url + "/health")).build();
    for (long deadline = System.nanoTime() + 20_000_000_000L; ; ) {
      try {
        if (http.send(request, HttpResponse.BodyHandlers.ofString()).body().contains("true")) {
          return;
        }
      } catch (IOException starting) {
        if (System.nanoTime() - deadline > 0) {
          throw starting;
        }
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  private static void run(String name, IntFunction<CompletableFuture<?>> commit)
      throws InterruptedException {
    for (int inFlight : new int[] {1, 64, 1024}) {
      rate(inFlight, WARM_UP, commit);
      long[] latencies = rate(inFlight, MEASURED, commit);
      Arrays.sort(latencies);
      System.out.printf(
          "%s: %d in flight: %d commits/s, p50 %.2f ms, p99 %.2f ms%n",
          name,
          inFlight,
          latencies.length / MEASURED.toSeconds(),
          latencies[latencies.length / 2] / 1e6,
          latencies[latencies.length * 99 / 100] / 1e6);
    }
  }

  /** The latencies of all commits that were begun within the time, in nanoseconds. */
  private static long[] rate(int inFlight, Duration time, IntFunction<CompletableFuture<?>> commit)
      throws InterruptedException {
    var permits = new Semaphore(inFlight);
    var latencies = new long[4_000_000];
    var count = new AtomicInteger();
    var failed = new AtomicInteger();
    long end = System.nanoTime() + time.toNanos();
    for (int n = 0; System.nanoTime() < end; n++) {
      permits.acquire();
      long begun = System.nanoTime();
      var unused =
          commit
              .apply(n)
              .whenComplete(
                  (done, failure) -> {
                    latencies[count.getAndIncrement()] = System.nanoTime() - begun;
                    if (failure != null) {
                      failed.incrementAndGet();
                    }
                    permits.release();
                  });
    }
    permits.acquire(inFlight);
    if (failed.get() > 0) {
      throw new IllegalStateException(failed + " commits failed");
    }
    return Arrays.copyOf(latencies, count.get());
  }

  private static byte[] value() {
    var value = new byte[VALUE_BYTES];
    new Random(1).nextBytes(value);
    return value;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    try (var files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
