package dev.regrow.runtime.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The program that tries what an instance must not be able to do (src/test/c/attempts.c). */
record Attempts(Path directory, Path secret) {

  /** EPERM, EACCES, EROFS, ENOSYS. */
  private static final Set<Integer> REFUSED = Set.of(1, 13, 30, 38);

  /** ENOENT, ESRCH, EBADF: what is to be reached is not there. */
  private static final Set<Integer> NOT_THERE = Set.of(2, 3, 9);

  /**
   * How one ended.
   *
   * @param path whether it reaches for something, which may be refused by not being there
   * @param errno 0: it succeeded
   */
  record Result(boolean path, int errno) {
    boolean isRefusal() {
      return REFUSED.contains(errno) || (path && NOT_THERE.contains(errno));
    }
  }

  /** What is there to be reached; closed, it is gone. */
  record Outside(Process listener, Path secret, String name) implements AutoCloseable {
    String[] arguments(String program) {
      return new String[] {program, Long.toString(listener.pid()), secret.toString(), name};
    }

    @Override
    public void close() throws IOException {
      listener.getOutputStream().close();
      listener.onExit().join();
    }
  }

  static Attempts compiled(Path home) throws Exception {
    var tools = Files.createDirectories(home.resolve("tools"));
    var secret = home.resolve("secret");
    Files.writeString(secret, "token");
    var compiler =
        new ProcessBuilder(
                "cc", "-O1", "-o", tools.resolve("attempts").toString(), "src/test/c/attempts.c")
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    return new Attempts(tools, secret);
  }

  List<String> names() throws IOException {
    return output(start("--names")).lines().toList();
  }

  /** A process with an abstract socket. */
  Outside outside(String nodeUid) throws IOException {
    var name = "regrow-" + nodeUid;
    var listener = start("--listen", name);
    assertThat(listener.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("listening");
    return new Outside(listener, secret, name);
  }

  /** As root of this machine, undefended. */
  Map<String, Result> runBare(Outside outside) throws IOException {
    var arguments = outside.arguments("--bare");
    return resultsOf(output(start(arguments)));
  }

  private Process start(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(directory.resolve("attempts").toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  static Map<String, Result> resultsOf(String output) {
    var results = new TreeMap<String, Result>();
    output
        .lines()
        .map(line -> line.split(" ", 3))
        .forEach(
            parts ->
                results.put(
                    parts[0], new Result(parts[1].equals("path"), Integer.parseInt(parts[2]))));
    assertThat(results).as(output).containsKey("done");
    results.remove("done");
    return results;
  }
}
