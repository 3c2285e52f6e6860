package dev.regrow.chaos.scenario;

import dev.regrow.client.Calls;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Somebody who types commands: what they say of which cluster is in a folder of their own. */
final class Typist {

  static final int OK = 0;
  static final int ERROR = 1;
  static final int USAGE = 2;
  static final int CHANGES = 3;
  static final int TIMED_OUT = 4;
  static final int ROLLED_BACK = 5;
  static final int CONFLICT = 6;
  static final int DENIED = 7;

  /** Of a workload web that says what its mode is. */
  static final String MANIFEST =
      """
      kind: Service
      name: web
      labels: {team: shop}
      instance:
        command: [/bin/bash, -c, "echo hello from $MODE; exec sleep infinity"]
        env: {MODE: %s}
        network: none
        resources: {cpu: 10m, memory: 16Mi}
        stop: {grace: 2s}
      update: {progressDeadline: 3s}
      """;

  private final String address = Arena.nextAddress();
  private final Path folder;

  Typist(Path folder) {
    this.folder = folder;
  }

  String address() {
    return address;
  }

  /** Of the only node. */
  Path data() {
    return folder.resolve("data");
  }

  Shell.Said up(Path... manifests) {
    var arguments = new ArrayList<Object>(List.of("up", "--data", data(), "--bind", address));
    arguments.addAll(List.of(manifests));
    arguments.addAll(List.of("--timeout", "1m"));
    return regrow(OK, arguments.toArray());
  }

  void leaveNothing() {
    regrow(OK, "down", "--purge", "--yes", "--data", data());
  }

  Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** Of the node, as it says. */
  String uid() throws IOException {
    try (var client = RegrowClient.of(ContextFile.at(contextFile()).read().orElseThrow())) {
      return client.send(Calls.node("n1")).getUid();
    }
  }

  private Path contextFile() {
    return folder.resolve("context.json");
  }

  Shell.Said regrow(int code, Object... arguments) {
    var command = new ArrayList<String>();
    command.add(RealNodes.Here.home().resolve("bin/regrow").toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    var environment = Map.of("REGROW_CONTEXT", contextFile().toString(), "NO_COLOR", "1");
    return Shell.ask(command, environment).expect(code);
  }
}
