package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.running;
import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.syscall.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Programs of the host run under the filter and in the root that instances get. */
final class RealProgramsTest extends LaunchCase {

  private static final String PYTHON =
      """
      import http.client, http.server, subprocess, threading, tempfile, socket, os
      server = http.server.HTTPServer(('127.0.0.1', 80), http.server.SimpleHTTPRequestHandler)
      threading.Thread(target=server.serve_forever, daemon=True).start()
      connection = http.client.HTTPConnection('localhost', 80)
      connection.request('GET', '/usr/')
      print('http', connection.getresponse().status)
      print('child', subprocess.run(['id', '-u'], capture_output=True, text=True).stdout.strip())
      tempfile.TemporaryFile().write(b'x')
      print('host', socket.gethostname(), os.environ['MODE'], os.getcwd())
      """;

  private static void needs(String program) {
    assumeTrue(Files.isExecutable(Path.of(program)), "needs " + program);
  }

  @Test
  void python_serves_http_on_port_80_starts_children_and_threads() {
    needs("/usr/bin/python3");
    var attempt = node.launch(running("/usr/bin/python3", "-c", PYTHON).build());
    var status = attempt.awaitEnd();

    assertThat(attempt.output()).contains("http 200\n", "child 65534\n", "host test-0 test /\n");
    assertThat(status).containsEntry("exit.code", "0");
  }

  @Test
  void java_runs_with_its_threads_and_its_collector() {
    needs("/usr/bin/java");
    var attempt =
        node.launch(running("/usr/bin/java", "-Xmx64m", "-XX:+UseG1GC", "-version").build());

    assertThat(attempt.awaitEnd()).containsEntry("exit.code", "0");
    assertThat(attempt.output()).contains("64-Bit Server VM");
  }

  @Test
  void a_shell_pipes_sorts_and_uses_its_scratch_directories() {
    var attempt =
        node.launch(
            shell(
                    "set -e; for d in /tmp /run /var/tmp /dev/shm; do seq 3 | sort -r > $d/f; cat $d/f | head -1; done; date >/dev/null; df / >/dev/null; getent passwd root | cut -d: -f1")
                .build());

    assertThat(attempt.awaitEnd()).as(attempt.output()).containsEntry("exit.code", "0");
    assertThat(attempt.output()).isEqualTo("3\n3\n3\n3\nroot\n");
  }

  @Test
  void redis_answers_and_ends_on_TERM() {
    needs("/usr/bin/redis-server");
    var attempt =
        node.launch(
            shell(
                    "redis-server --port 6379 --dir /tmp --save '' & until redis-cli ping; do sleep 0.05; done; wait")
                .build());
    attempt.awaitOutput("PONG");

    attempt.stop(Signal.TERM, Duration.ofSeconds(5));

    assertThat(attempt.awaitEnd()).containsEntry("killed", "none");
  }

  @Test
  void nginx_starts_its_workers_and_serves() {
    needs("/usr/sbin/nginx");
    var config =
        "daemon off; error_log stderr; pid /tmp/p; events {} http { access_log off; client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c; uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e; server { listen 80; return 200 served; } }";
    var attempt =
        node.launch(
            shell(
                    "echo '"
                        + config
                        + "' > /tmp/n; nginx -c /tmp/n & server=$!; until python3 -c \"import urllib.request as u; print(u.urlopen('http://localhost').read())\"; do sleep 0.1; done; kill $server; wait")
                .build());

    attempt.awaitOutput("served");
    assertThat(attempt.awaitEnd()).containsEntry("killed", "none");
  }
}
