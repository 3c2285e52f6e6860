package dev.regrow.gateway;

import dev.regrow.core.disk.DurableFile;
import dev.regrow.core.identity.CertifiedNode;
import dev.regrow.core.identity.NodeIdentity;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the machine says where people say nothing. */
interface Surroundings {

  /**
   * What a node was the last time.
   *
   * @param bind the address that it was reached at
   */
  record Before(Optional<String> name, Optional<String> bind) {}

  String hostName();

  /**
   * The machine's own address on the way to a host, as digits.
   *
   * @throws StartFailure if there is no way
   */
  String addressTowards(String host);

  /**
   * @param data the node's directory
   */
  Before before(Path data);

  static Surroundings ofMachine() {
    return new OfMachine();
  }

  /** Keeps a node's name with its data, for starts that are not told one. */
  static void remember(Path data, String name) {
    Path file = data.resolve(OfMachine.NAME_FILE);
    try {
      if (!OfMachine.text(file).equals(Optional.of(name))) {
        DurableFile.write(file, (name + "\n").getBytes(StandardCharsets.US_ASCII));
      }
    } catch (IOException e) {
      OfMachine.LOG.warn("the name {} is not noted in {}: {}", name, file, e.getMessage());
    }
  }

  /** Linux. */
  final class OfMachine implements Surroundings {

    private static final Logger LOG = LoggerFactory.getLogger(Surroundings.class);
    private static final String NAME_FILE = "name";
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final int ANY_PORT = 7400;

    /** Each node's certificate is for these, too. */
    private static final List<String> EVERYBODYS = List.of("127.0.0.1", "localhost");

    private OfMachine() {}

    @Override
    public String hostName() {
      return text(HOST_NAME).orElse("");
    }

    /** A datagram socket that is connected has sent nothing, but knows its way. */
    @Override
    public String addressTowards(String host) {
      try (var socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(host, ANY_PORT));
        return socket.getLocalAddress().getHostAddress();
      } catch (IOException e) {
        throw StartFailure.refused(
            "no way leads from this machine to --join %s: %s; see ip route, or give --bind"
                .formatted(host, e.getMessage()));
      }
    }

    @Override
    public Before before(Path data) {
      return new Before(text(data.resolve(NAME_FILE)), bind(data.resolve("identity")));
    }

    private static Optional<String> bind(Path identity) {
      try {
        var known = NodeIdentity.open(identity);
        if (known.isEmpty()) {
          return Optional.empty();
        }
        var hosts = CertifiedNode.in(known.get().tls()).hosts();
        return hosts.stream()
            .filter(host -> !EVERYBODYS.contains(host))
            .findFirst()
            .or(() -> Optional.of(EVERYBODYS.get(0)));
      } catch (IOException unreadable) {
        return Optional.empty(); // Whoever opens it next says why.
      }
    }

    private static Optional<String> text(Path file) {
      try {
        return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
      } catch (IOException absent) {
        return Optional.empty();
      }
    }
  }
}
