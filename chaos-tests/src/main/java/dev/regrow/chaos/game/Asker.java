package dev.regrow.chaos.game;

import dev.regrow.chaos.game.Hypothesis.Exec;
import dev.regrow.chaos.game.Hypothesis.Http;
import dev.regrow.chaos.game.Hypothesis.Question;
import dev.regrow.chaos.game.Hypothesis.Tcp;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;

/** Asks one question once; safe for many threads. */
final class Asker {

  /** In place of a host: some node. */
  static final String ANY = "any";

  private static final int ANSWER_BYTES_MAX = 1 << 20;

  private final Reach reach;
  private final Question question;
  private final List<String> nodes;
  private final AtomicInteger preferred = new AtomicInteger();

  Asker(Reach reach, Question question) {
    this.reach = reach;
    this.question = question;
    this.nodes = reach.nodes();
  }

  /**
   * @return why the answer is not good; "" when it is
   */
  String ask(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    if (question instanceof Exec exec) {
      return run(exec, patience);
    }
    var host =
        question instanceof Http http ? URI.create(http.url()).getHost() : ((Tcp) question).host();
    return host.equals(ANY) && !nodes.isEmpty()
        ? askAny(deadline, patience)
        : answer(host, deadline, patience).why();
  }

  /**
   * As clients do that know all nodes: who refuses is passed over, who is silent costs a question.
   */
  private String askAny(long deadline, Duration patience) {
    int choice = preferred.get();
    var answer = new Answer("there is no node", false);
    for (int i = 0; i < nodes.size(); i++) {
      answer = answer(nodes.get((choice + i) % nodes.size()), deadline, patience);
      if (answer.why().isEmpty()) {
        preferred.compareAndSet(choice, choice + i);
        return "";
      }
      if (answer.silent()) {
        preferred.compareAndSet(choice, choice + i + 1);
        return answer.why();
      }
    }
    return answer.why();
  }

  /**
   * @param why it is not good; "" when it is
   * @param silent nothing came in time
   */
  private record Answer(String why, boolean silent) {}

  private Answer answer(String host, long deadline, Duration patience) {
    try {
      var why =
          question instanceof Http http
              ? get(http, host, deadline)
              : connect(host, ((Tcp) question).port(), deadline);
      return new Answer(why, false);
    } catch (SocketTimeoutException late) {
      return new Answer("%s: no answer within %s".formatted(host, Fields.words(patience)), true);
    } catch (IOException failed) {
      return new Answer(host + ": " + words(failed), false);
    }
  }

  private static String words(IOException failed) {
    var message = failed.getMessage();
    return message == null ? failed.getClass().getSimpleName() : message;
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
  }

  private Socket open(String host, int port, long deadline) throws IOException {
    if (nodes.contains(host)) {
      return reach.connect(host, port, left(deadline));
    }
    var socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(host, port), (int) left(deadline).toMillis());
      return socket;
    } catch (IOException failed) {
      socket.close();
      throw failed;
    }
  }

  private String connect(String host, int port, long deadline) throws IOException {
    open(host, port, deadline).close();
    return "";
  }

  private String get(Http http, String host, long deadline) throws IOException {
    var uri = URI.create(http.url());
    boolean secure = uri.getScheme().equals("https");
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
    try (Socket plain = open(host, port, deadline);
        Socket socket = secure ? secured(plain, uri.getHost(), port) : plain) {
      socket.getOutputStream().write(request(uri));
      int status = status(socket, deadline);
      boolean good = http.status() == 0 ? status >= 200 && status < 400 : status == http.status();
      return good ? "" : host + ": answered " + status;
    }
  }

  private static Socket secured(Socket plain, String host, int port) throws IOException {
    var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    return factory.createSocket(plain, host, port, true);
  }

  private static byte[] request(URI uri) {
    var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return "GET %s%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: regrow-chaos\r\nConnection: close\r\n\r\n"
        .formatted(path, query, uri.getRawAuthority())
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Of the whole answer: a body that breaks off is no answer. */
  private static int status(Socket socket, long deadline) throws IOException {
    InputStream in = socket.getInputStream();
    var head = new StringBuilder();
    var buffer = new byte[4096];
    int read = 0;
    while (read < ANSWER_BYTES_MAX) {
      if (System.nanoTime() > deadline) {
        throw new SocketTimeoutException();
      }
      socket.setSoTimeout((int) left(deadline).toMillis());
      int count = in.read(buffer);
      if (count < 0) {
        break;
      }
      read += count;
      if (head.length() < 12) {
        head.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
      }
    }
    if (head.length() == 0) {
      throw new IOException("closed the connection without an answer");
    }
    if (!head.toString().matches("(?s)HTTP/1\\.[01] [0-9]{3}.*")) {
      throw new IOException("answered with something that is no HTTP");
    }
    return Integer.parseInt(head.substring(9, 12));
  }

  private static String run(Exec exec, Duration patience) throws InterruptedException {
    try {
      var process =
          new ProcessBuilder(exec.command())
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .redirectInput(Redirect.from(new java.io.File("/dev/null")))
              .start();
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return "did not end within " + Fields.words(patience);
      }
      return process.exitValue() == 0 ? "" : "exit code " + process.exitValue();
    } catch (IOException failed) {
      return words(failed);
    }
  }
}
