package dev.regrow.runtime.image.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A registry on loopback that serves one repository, and misbehaves as it is told. */
public final class FakeRegistry implements AutoCloseable {

  /** Each request: method, path, range and authorization as they came, "-" for none. */
  public final List<String> seen = new CopyOnWriteArrayList<>();

  private static final int CHUNK = 64 << 10;

  private final HttpServer server;
  private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private volatile @Nullable String challenge;
  private volatile @Nullable String wanted;
  private volatile @Nullable String blobsAt;
  private volatile @Nullable String broken;
  private volatile long cutAfter = Long.MAX_VALUE;
  private volatile long bytesPerSecond = Long.MAX_VALUE;
  private long sent;

  public FakeRegistry() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(
        Executors.newFixedThreadPool(
            4,
            task -> {
              var thread = new Thread(task, "fake-registry");
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", this::answer);
    server.start();
  }

  public String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  public FakeRegistry serve(ImageBuilder.Built image, String tag) {
    manifests.put(tag, image.manifestBytes());
    image.blobs().forEach(this::blob);
    return this;
  }

  private void blob(Digest digest, byte[] bytes) {
    blobs.put(digest.toString(), bytes);
    manifests.put(digest.toString(), bytes);
  }

  /** Blobs of that digest are these bytes, whatever their digest is. */
  public void forge(Digest digest, byte[] bytes) {
    blobs.put(digest.toString(), bytes);
  }

  /** What it gives for a tag, whatever that is. */
  public void forgeManifest(String tag, String text) {
    manifests.put(tag, text.getBytes(StandardCharsets.UTF_8));
  }

  public void demand(String header, String authorization) {
    challenge = header;
    wanted = authorization;
  }

  /** Blobs are elsewhere. */
  public void redirectBlobsTo(String base) {
    blobsAt = base;
  }

  /** Manifests are answered with HTTP 418 and this. */
  public void breakDown(String body) {
    broken = body;
  }

  /** Each answer ends after so many bytes. */
  public void cutAfter(long bytes) {
    cutAfter = bytes;
  }

  /** Blobs come no faster, each. */
  public FakeRegistry pace(long bytesASecond) {
    bytesPerSecond = bytesASecond;
    return this;
  }

  /** How many bytes were written to anybody. */
  public synchronized long sent() {
    return sent;
  }

  /** Until so many bytes were written. */
  public synchronized void awaitSent(long bytes) throws InterruptedException {
    long deadline = System.nanoTime() + Patience.LONG.toNanos();
    while (sent < bytes) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("only %d of %d bytes were sent".formatted(sent, bytes));
      }
      wait(100);
    }
  }

  private synchronized void sent(int bytes) {
    sent += bytes;
    notifyAll();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = exchange.getRequestHeaders();
      var range = headers.getFirst("Range");
      var authorization = headers.getFirst("Authorization");
      var path = exchange.getRequestURI().getPath();
      seen.add(
          "%s %s %s"
              .formatted(
                  path, range == null ? "-" : range, authorization == null ? "-" : authorization));
      if (path.equals("/token")) {
        send(exchange, 200, "{\"token\":\"t0k3n\"}".getBytes(StandardCharsets.UTF_8), 0);
      } else if (wanted != null && !wanted.equals(authorization) && !path.startsWith("/else")) {
        exchange.getResponseHeaders().add("WWW-Authenticate", String.valueOf(challenge));
        exchange.sendResponseHeaders(401, -1);
      } else {
        serve(exchange, path, range);
      }
    }
  }

  private void serve(HttpExchange exchange, String path, @Nullable String range)
      throws IOException {
    var name = path.substring(path.lastIndexOf('/') + 1);
    if (path.contains("/blobs/") && blobsAt != null && !path.startsWith("/else")) {
      exchange.getResponseHeaders().add("Location", blobsAt + path);
      exchange.sendResponseHeaders(307, -1);
      return;
    }
    var failure = broken;
    if (failure != null && path.contains("/manifests/")) {
      send(exchange, 418, failure.getBytes(StandardCharsets.UTF_8), 0);
      return;
    }
    var bytes = (path.contains("/manifests/") ? manifests : blobs).get(name);
    if (path.equals("/v2/")) {
      send(exchange, 200, new byte[0], 0);
    } else if (bytes == null) {
      exchange.sendResponseHeaders(404, -1);
    } else if (range != null) {
      int from = Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
      send(exchange, 206, bytes, from);
    } else {
      send(exchange, 200, bytes, 0);
    }
  }

  private void send(HttpExchange exchange, int status, byte[] bytes, int from) throws IOException {
    int length = bytes.length - from;
    exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
    int end = from + (int) Math.min(length, cutAfter);
    for (int at = from; at < end; at += CHUNK) {
      int count = Math.min(CHUNK, end - at);
      exchange.getResponseBody().write(bytes, at, count);
      sent(count);
      if (bytesPerSecond < Long.MAX_VALUE) {
        java.util.concurrent.locks.LockSupport.parkNanos(count * 1_000_000_000L / bytesPerSecond);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
