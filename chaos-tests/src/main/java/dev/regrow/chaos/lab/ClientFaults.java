package dev.regrow.chaos.lab;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.Injector.Injection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Clients that are no good to a gateway: too many, too slow, or gone without a word. */
final class ClientFaults {

  private static final int CONNECTED_WITHIN_MILLIS = 2_000;
  private static final int ANSWERED_WITHIN_MILLIS = 5_000;
  private static final long BEFORE_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long A_BYTE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final String LIST = "/v1/workloads";
  private static final String WATCH = "/v1/instances?watch=true";

  private final String token;

  /**
   * @param token that is let in
   */
  ClientFaults(String token) {
    this.token = token;
  }

  Injection inject(Fault fault, Machine machine) {
    int count = (int) fault.setting("clients");
    return switch (fault.kind()) {
      case API_FLOOD -> flood(machine, count);
      case SLOW_CLIENTS -> holding(machine, count, "slow", asking(WATCH), true);
      case DEAD_CLIENTS ->
          holding(
              machine, count, "dead", asking(LIST).substring(0, asking(LIST).length() / 2), false);
      default -> throw new IllegalArgumentException(fault + " is none of clients");
    };
  }

  private String asking(String target) {
    return "GET %s HTTP/1.1\r\nHost: regrow\r\nAuthorization: Bearer %s\r\n\r\n"
        .formatted(target, token);
  }

  private Injection flood(Machine machine, int count) {
    var stopping = new AtomicBoolean();
    for (int i = 0; i < count; i++) {
      start(
          machine + " is asked",
          () -> {
            while (!stopping.get()) {
              askOnce(machine);
            }
          });
    }
    return Injection.of(
        "%s is asked by %d clients without a pause".formatted(machine.name(), count),
        () -> stopping.set(true));
  }

  private void askOnce(Machine machine) {
    try (var socket = connect(machine)) {
      socket.setSoTimeout(ANSWERED_WITHIN_MILLIS);
      say(socket, asking(LIST).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
      socket.getInputStream().readAllBytes();
    } catch (IOException away) {
      LockSupport.parkNanos(BEFORE_AGAIN_NANOS);
    }
  }

  /** Connections that stay. */
  private Injection holding(Machine machine, int count, String what, String said, boolean reading) {
    var sockets = new ArrayList<Socket>();
    for (int i = 0; i < count; i++) {
      try {
        var socket = connect(machine);
        sockets.add(socket);
        say(socket, said);
        if (reading) {
          start(machine + " is read slowly", () -> readSlowly(socket));
        }
      } catch (IOException away) {
        break; // Nobody is there to be bothered.
      }
    }
    return Injection.of(
        "%s has %d %s clients".formatted(machine.name(), sockets.size(), what),
        () -> close(sockets));
  }

  private static void readSlowly(Socket socket) {
    try {
      while (socket.getInputStream().read() >= 0) {
        LockSupport.parkNanos(A_BYTE_NANOS);
      }
    } catch (IOException closed) {
      // By us, or by a gateway that had enough of it.
    }
  }

  private static Socket connect(Machine machine) throws IOException {
    var uri = machine.jvm().uri();
    var socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), CONNECTED_WITHIN_MILLIS);
    return socket;
  }

  private static void say(Socket socket, String words) throws IOException {
    socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static void start(String what, Runnable work) {
    var thread = new Thread(work, what);
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(List<Socket> sockets) {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException("close a connection", e);
      }
    }
  }
}
