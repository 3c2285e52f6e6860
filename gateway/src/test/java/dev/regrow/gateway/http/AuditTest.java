package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.regrow.client.Context;
import dev.regrow.client.ExecQuery;
import dev.regrow.client.ExecStream;
import dev.regrow.client.FileQuery;
import dev.regrow.client.RegrowClient;
import dev.regrow.gateway.testing.FakeCommand;
import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.fault.FaultRefused;
import dev.regrow.v1.Token;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What is done in instances and to nodes is in the node's log, with the token that did it. */
@Timeout(60)
final class AuditTest {

  private static final String FAULTS = "/v1/nodes/n1/faults";
  private static final String CUT =
      "{\"kind\":\"partition\",\"peers\":[\"10.0.0.7\"],\"duration\":\"20s\"}";
  private static final String WHERE = "default/local/local-id0";

  private final TestGateway gateway = new TestGateway();
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.regrow.audit");
  private final Lines lines = new Lines();
  private final FakeCommand instance =
      new FakeCommand(new InstanceKey("default", "local", "local-id0"));
  private final Token token = gateway.issue("{\"role\":\"admin\"}");
  private final RegrowClient client =
      RegrowClient.of(
          new Context(
              "http://127.0.0.1:" + gateway.address().getPort(),
              token.getToken(),
              "",
              "default",
              List.of()));

  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

    @Override
    protected void append(ILoggingEvent event) {
      said.add(event.getFormattedMessage());
    }
  }

  @BeforeEach
  void listen() {
    gateway.logs.runs(instance);
    logger.setLevel(Level.INFO);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(lines);
    client.close();
    gateway.close();
    assertThat(lines.said).as("said besides").isEmpty();
  }

  private String said() throws InterruptedException {
    var line = String.valueOf(lines.said.poll(20, TimeUnit.SECONDS));
    assertThat(line).contains("token " + token.getId()).doesNotContain(token.getToken());
    return line;
  }

  private void endCommand() throws InterruptedException {
    var running = instance.running().poll(20, TimeUnit.SECONDS);
    assertThat(running).as("a command that runs").isNotNull();
    running.listener.onExit(0);
  }

  private ExecStream exec(boolean terminal, String... words) {
    return client.exec(new ExecQuery("default", "local-0", List.of(words), terminal).target());
  }

  @Test
  void a_command_is_told_with_its_words_and_its_end() throws Exception {
    var exec = exec(false, "rm", "-r", "/x");
    assertThat(said()).endsWith("runs rm -r /x in " + WHERE + " (attempt 1)");

    endCommand();

    assertThat(said()).matches("the command of token \\S+ in " + WHERE + " ended after \\d+ ms");
    exec.close();
  }

  @Test
  void a_command_is_one_line_however_long_and_whatever_it_holds() throws Exception {
    var exec = exec(true, "sh", "-c", "a\nINFO token forged runs b\u001b[1m" + "x".repeat(2_000));
    assertThat(said())
        .contains("runs sh -c a?INFO token forged runs b?[1mxxx")
        .contains("x… on a terminal in " + WHERE)
        .doesNotContainPattern("\\p{Cntrl}")
        .hasSizeLessThan(600);
    endCommand();
    assertThat(said()).contains("ended");
    exec.close();
  }

  @Test
  void what_a_terminal_would_obey_beyond_ascii_is_not_told() throws Exception {
    var exec = exec(false, "echo", "a\u0085b\u009bc\u2028d\u202ee-ü");
    assertThat(said()).contains("runs echo a?b?c?d?e-ü in " + WHERE);
    endCommand();
    assertThat(said()).contains("ended");
    exec.close();
  }

  @Test
  void a_copy_is_told_with_its_direction_and_path() throws Exception {
    var out = client.exec(new FileQuery("default", "local-0", "/srv/data", null).target());
    assertThat(said()).contains("runs a copy of /srv/data in " + WHERE);
    endCommand();
    assertThat(said()).contains("ended");
    out.close();

    var in = client.exec(new FileQuery("default", "local-0", "/srv", "file").target());
    assertThat(said()).contains("runs a copy to /srv file in " + WHERE);
    endCommand();
    assertThat(said()).contains("ended");
    in.close();
  }

  @Test
  void a_connection_to_a_port_is_told_and_its_end() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = server.getLocalPort();
      var connection = client.connect("default", "local-0", port);
      var accepted = server.accept();
      assertThat(said()).endsWith("connects to port " + port + " of " + WHERE);

      connection.breakOff();

      assertThat(said()).contains("to port " + port + " of " + WHERE + " ended after ");
      accepted.close();
    }
  }

  @Test
  void a_fault_is_told_when_it_begins_and_when_somebody_ends_it() throws Exception {
    begin(CUT);
    assertThat(said()).endsWith("began fault partition-1: it hurts");

    gateway.send(gateway.as(token, FAULTS + "/partition-1").DELETE());
    assertThat(said()).endsWith("ended fault partition-1");

    begin(CUT);
    begin(CUT);
    assertThat(said()).contains("began fault partition-1");
    assertThat(said()).contains("began fault partition-2");
    gateway.send(gateway.as(token, FAULTS).DELETE());
    assertThat(said()).endsWith("ended fault partition-1");
    assertThat(said()).endsWith("ended fault partition-2");
  }

  @Test
  void a_rehearsal_and_a_refusal_did_nothing_and_are_not_told() {
    begin(CUT.replace("}", ",\"dryRun\":true}"));
    gateway.faults.refuse(new FaultRefused(FaultRefused.Kind.NOT_ALLOWED, "because"));
    begin(CUT);

    assertThat(lines.said).isEmpty();
  }

  private void begin(String wanted) {
    gateway.send(
        gateway
            .as(token, FAULTS)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(wanted)));
  }
}
