package dev.regrow.runtime.process;

import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;

/** Opens connections in the network that the calling thread is in. */
final class Connecting {

  private Connecting() {}

  /**
   * To the first of these addresses that takes it.
   *
   * @throws RuntimeFailure if none does
   */
  static SocketChannel to(List<String> addresses, int port, Duration within) {
    var why = "";
    for (var address : new LinkedHashSet<>(addresses)) {
      try {
        return to(address, port, within);
      } catch (ConnectException e) {
        why = "nothing listens on port %d".formatted(port);
      } catch (SocketTimeoutException e) {
        why = "port %d does not answer within %d s".formatted(port, within.toSeconds());
      } catch (IOException e) {
        why = "port %d cannot be reached: %s".formatted(port, e.getMessage());
      }
    }
    throw new RuntimeFailure(why, true);
  }

  private static SocketChannel to(String address, int port, Duration within) throws IOException {
    var channel = SocketChannel.open();
    try {
      channel.socket().connect(new InetSocketAddress(address, port), (int) within.toMillis());
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
