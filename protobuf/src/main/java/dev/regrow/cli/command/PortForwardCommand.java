package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.ApiException;
import dev.regrow.client.PortStream;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Port;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code port-forward}: local ports that lead into an instance, until it is interrupted. A name of
 * a workload or slot is looked up again when its instance has been replaced.
 */
public final class PortForwardCommand extends Base {

  private static final int PORT_MAX = 65_535;

  private String name = "";
  private final List<String> wanted = new ArrayList<>();
  private String address = "127.0.0.1";
  private Instance instance = Instance.getDefaultInstance();

  public PortForwardCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "port-forward",
            "Let local ports lead to ports of an instance. Whatever its network, until Ctrl-C.")
        .argument(
            "INSTANCE", "An instance, a slot, or a workload: one of its.", text -> name = text)
        .arguments(
            "[LOCAL:]REMOTE",
            "Ports; REMOTE may be a name, and without a number before the colon any is taken.",
            1,
            wanted::add)
        .option(
            "--listen", "ADDRESS", "Where to listen (default: 127.0.0.1).", text -> address = text)
        .footer(
            "Examples:",
            "  regrow port-forward web 8080:80",
            "  regrow port-forward db-0 5432",
            "  regrow port-forward web-0 :http   # any local port");
  }

  private record Forward(ServerSocket door, int remote) {}

  @Override
  public int run() throws IOException {
    instance = Lookup.running(terminal, client(), namespace(), name);
    var forwards = new ArrayList<Forward>();
    for (var each : wanted) {
      forwards.add(open(each));
    }
    for (var each : forwards) {
      terminal.print(
          "Forwarding from %s:%d to port %d of %s"
              .formatted(address, each.door().getLocalPort(), each.remote(), instance.getId()));
    }
    terminal.out().flush();
    var first = forwards.remove(0);
    forwards.forEach(each -> thread(() -> serve(each)));
    serve(first);
    return ExitCode.OK;
  }

  private Forward open(String text) throws IOException {
    int colon = text.lastIndexOf(':');
    int remote = remote(text.substring(colon + 1));
    int local = colon < 0 ? remote : colon == 0 ? 0 : number(text.substring(0, colon));
    var door = new ServerSocket();
    door.setReuseAddress(true);
    try {
      door.bind(new InetSocketAddress(InetAddress.getByName(address), local));
    } catch (IOException e) {
      throw Failure.error(
          "cannot listen on %s:%d: %s\ntake another port: %s"
              .formatted(address, local, e.getMessage(), ":" + remote));
    }
    return new Forward(door, remote);
  }

  private int remote(String text) {
    for (Port port : instance.getPortsList()) {
      if (port.getName().equals(text)) {
        return port.getPort();
      }
    }
    return number(text);
  }

  private int number(String text) {
    if (text.matches("\\d{1,5}") && Integer.parseInt(text) <= PORT_MAX && !text.matches("0+")) {
      return Integer.parseInt(text);
    }
    var names = instance.getPortsList().stream().map(Port::getName).toList();
    throw Failure.usage(
        "\"%s\" is no port of 1 to 65535%s"
            .formatted(text, names.isEmpty() ? "" : ", nor one of " + String.join(", ", names)));
  }

  private void serve(Forward forward) {
    while (true) {
      try {
        var socket = forward.door().accept();
        thread(() -> pass(socket, forward.remote()));
      } catch (IOException e) {
        throw Failure.error("cannot take connections any more: " + e.getMessage());
      }
    }
  }

  private static void thread(Runnable work) {
    var thread = new Thread(work, "port-forward");
    thread.setDaemon(true);
    thread.start();
  }

  private void pass(Socket socket, int remote) {
    try (socket;
        var stream = connect(remote)) {
      socket.setTcpNoDelay(true);
      thread(
          () -> {
            try {
              stream.send(socket.getInputStream());
            } catch (IOException e) {
              stream.breakOff(); // The other half notices.
            }
          });
      stream.receive(socket.getOutputStream());
      socket.shutdownOutput();
      awaitEnd(socket, stream);
    } catch (IOException | RuntimeException e) {
      terminal.say("port " + remote + ": " + e.getMessage());
    }
  }

  /** The client may still have something to say. */
  private static void awaitEnd(Socket socket, PortStream stream) throws IOException {
    if (!socket.isInputShutdown()) {
      stream.receive(java.io.OutputStream.nullOutputStream());
    }
  }

  private PortStream connect(int remote) {
    try {
      return client().connect(instance.getNamespace(), instance.getId(), remote);
    } catch (ApiException.NotFound | ApiException.Conflict e) {
      var now = Lookup.running(terminal.quiet(), client(), namespace(), name);
      if (now.getId().equals(instance.getId())) {
        throw e;
      }
      instance = now;
      return client().connect(now.getNamespace(), now.getId(), remote);
    }
  }
}
