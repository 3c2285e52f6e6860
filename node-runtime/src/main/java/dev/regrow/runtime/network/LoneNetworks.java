package dev.regrow.runtime.network;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.network.Forwarding.Sysctl;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Network namespaces with a loopback and nothing else, each for one attempt. Making one takes the
 * lock that all networks of the machine share, and waits for those that are being torn down: so a
 * few are made ahead, once the first was asked for. Thread-safe.
 */
public final class LoneNetworks implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LoneNetworks.class);
  private static final Path OWN_NETWORK = Path.of("/proc/thread-self/ns/net");
  private static final Path LOWEST_OPEN_PORT =
      Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  private static final int LOOPBACK = 1;
  private static final int READY = 2;
  private static final long PATIENCE_SECONDS = 10;

  private final Kernel kernel;
  private final ThreadPoolExecutor thread;
  private final ArrayDeque<Fd> ready = new ArrayDeque<>();
  private boolean closed;

  public LoneNetworks(Kernel kernel) {
    this.kernel = kernel;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var made = new Thread(task, "regrow-lone-networks");
              made.setDaemon(true);
              return made;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  /** The caller's own; it lives while the descriptor is open or a process is in it. */
  public Fd take() {
    var spare = poll();
    try {
      return spare == null ? CompletableFuture.supplyAsync(this::make, thread).join() : spare;
    } catch (RejectedExecutionException e) {
      throw new RuntimeFailure("the node is stopping", true, e);
    } catch (CompletionException e) {
      throw new RuntimeFailure("cannot make a network namespace: " + e.getCause(), true, e);
    }
  }

  /** For a shim to open while we have it. */
  public static Attachment attachment(Fd taken) {
    return new Attachment(null, Attachment.pathOf(taken.number()));
  }

  private synchronized @Nullable Fd poll() {
    return ready.poll();
  }

  /** Sees to it that the next start finds one; returns at once. */
  public synchronized void refill() {
    if (!closed && ready.size() < READY) {
      thread.execute(this::makeReady);
    }
  }

  private void makeReady() {
    synchronized (this) {
      if (closed || ready.size() >= READY) {
        return;
      }
    }
    try {
      var made = make();
      synchronized (this) {
        if (!closed) {
          ready.add(made);
          return;
        }
      }
      made.close();
    } catch (SyscallException | RuntimeFailure e) {
      LOG.warn("cannot make a network namespace ahead of its use: {}", e.getMessage());
    }
  }

  /** The thread is in it for a moment. */
  private Fd make() {
    try (var home = kernel.open(OWN_NETWORK, Set.of(), 0)) {
      kernel.unshareNetwork();
      try {
        return equipped(kernel.open(OWN_NETWORK, Set.of(), 0));
      } finally {
        Wiring.comeHome(kernel, home);
      }
    }
  }

  private Fd equipped(Fd namespace) {
    try (var inside = new Netlink(kernel)) {
      inside.ask(LinkMessage.up(LOOPBACK), "bring lo up");
      // Where nobody else is, an instance without capabilities may serve port 80.
      Sysctl.write(LOWEST_OPEN_PORT, "0");
      return namespace;
    } catch (IOException e) {
      namespace.close();
      throw new RuntimeFailure("cannot write " + LOWEST_OPEN_PORT + ": " + e, true, e);
    } catch (RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  /** Gives up what is ready; what was taken stays. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    thread.shutdown();
    try {
      if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("a network namespace is still being made");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (var spare = poll(); spare != null; spare = poll()) {
      spare.close();
    }
  }
}
