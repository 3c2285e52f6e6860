package dev.regrow.runtime.process;

import dev.regrow.runtime.Probe.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/** Asks over a socket of the calling thread's network namespace. */
final class SocketProbe {

  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/\\d\\.\\d (\\d{3})( .*)?");
  private static final int LINE_MAX = 512;

  private SocketProbe() {}

  static Outcome tcp(String address, int port, Duration timeout) {
    return ask(address, port, timeout, (socket, deadline) -> Outcome.WELL);
  }

  static Outcome http(String address, int port, String path, Duration timeout) {
    return ask(
        address,
        port,
        timeout,
        (socket, deadline) -> {
          socket.getOutputStream().write(request(address, port, path));
          return judge(statusLine(socket, deadline));
        });
  }

  private interface Question {
    Outcome ask(Socket socket, long deadlineNanos) throws IOException;
  }

  private static Outcome ask(String address, int port, Duration timeout, Question question) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (var socket = new Socket()) {
      // An address in numbers: nobody is asked for a name.
      var to = new InetSocketAddress(InetAddress.getByName(address), port);
      socket.connect(to, millisUntil(deadline));
      return question.ask(socket, deadline);
    } catch (SocketTimeoutException e) {
      return Outcome.failed(
          "port %d did not answer within %d ms".formatted(port, timeout.toMillis()));
    } catch (ConnectException e) {
      return Outcome.failed("port %d refuses connections".formatted(port));
    } catch (IOException e) {
      return Outcome.failed("port %d: %s".formatted(port, e.getMessage()));
    }
  }

  private static byte[] request(String address, int port, String path) throws IOException {
    try {
      var target = new URI(null, null, path, null).toASCIIString().replace("%3F", "?");
      var text =
          "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: regrow-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n";
      return text.formatted(target, address, port).getBytes(StandardCharsets.US_ASCII);
    } catch (URISyntaxException e) {
      throw new IOException("no path: " + path, e);
    }
  }

  private static String statusLine(Socket socket, long deadline) throws IOException {
    var line = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (line.length() < LINE_MAX) {
      socket.setSoTimeout(millisUntil(deadline));
      int next = in.read();
      if (next < 0 || next == '\n') {
        break;
      }
      line.append((char) next);
    }
    return line.toString().trim();
  }

  static Outcome judge(String statusLine) {
    var matcher = STATUS_LINE.matcher(statusLine);
    if (!matcher.matches()) {
      return Outcome.failed("no answer of HTTP");
    }
    int status = Integer.parseInt(matcher.group(1));
    return status >= 200 && status < 400 ? Outcome.WELL : Outcome.failed("answered " + status);
  }

  /** At least 1: 0 would mean for ever. */
  private static int millisUntil(long deadline) throws SocketTimeoutException {
    long left = (deadline - System.nanoTime()) / 1_000_000;
    if (left < 0) {
      throw new SocketTimeoutException();
    }
    return (int) Math.min(Integer.MAX_VALUE, left + 1);
  }
}
