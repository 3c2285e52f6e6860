package dev.regrow.cli;

import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.regrow.client.Context;
import dev.regrow.client.ContextChoice;
import dev.regrow.client.ContextFile;
import dev.regrow.v1.EventList;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Kind;
import dev.regrow.v1.NodeList;
import dev.regrow.v1.Plan;
import dev.regrow.v1.Timeline;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadList;
import dev.regrow.v1.WorkloadPhase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Walks the common paths once, so that the class-data archive made from this run holds what
 * commands need. The launcher runs it once per build and JDK, against a server of its own on
 * loopback that answers always the same.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /** Runs the rehearsal. */
  public static void main(String[] arguments) throws IOException {
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var server = HttpServer.create(loopback, 0);
    server.createContext("/", Rehearsal::answer);
    server.start();
    var manifest = Files.createTempFile("regrow-rehearsal", ".yaml");
    var context = Files.createTempFile("regrow-rehearsal", ".json");
    try {
      Files.writeString(
          manifest, "kind: Service\nname: web\ninstance: {command: [/bin/true], network: none}\n");
      var address = "http://127.0.0.1:" + server.getAddress().getPort();
      readContext(context, address);
      for (var words :
          List.of(
              "get workloads",
              "get instances -o wide",
              "get nodes",
              "get workload web -o json",
              "get workload web -o yaml",
              "describe web",
              "explain web",
              "apply -f " + manifest + " --wait",
              "plan -f " + manifest,
              "logs web")) {
        Main.run(silent(), (words + " --address " + address).split(" ", -1));
      }
      Main.run(silent(), "--help");
      Main.run(silent(), "version");
      Main.run(silent(), "get", "wrkloads");
    } finally {
      server.stop(0);
      Files.delete(manifest);
      Files.delete(context);
    }
  }

  /** Commands are mostly told by a context file where the cluster is. */
  private static void readContext(Path file, String address) throws IOException {
    var node = new Context.LocalNode("n1", address, 1, 1, "/var/lib/regrow/n1");
    var written = new Context(address, "token", "", "default", List.of(node));
    ContextFile.at(file).write(written);
    ContextChoice.none().resolve(Map.of(), ContextFile.at(file));
  }

  private static Terminal silent() {
    var nowhere = new PrintWriter(Writer.nullWriter());
    return new Terminal(nowhere, nowhere, false, false, false, false);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    var body = message(exchange.getRequestURI().getPath()).toByteArray();
    exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
    exchange.getResponseHeaders().add("X-Regrow-Index", "7");
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static Message message(String path) {
    if (path.endsWith("/workloads")) {
      return WorkloadList.newBuilder().addItems(workload()).build();
    }
    if (path.endsWith("/instances")) {
      return InstanceList.newBuilder().addItems(instance()).build();
    }
    if (path.endsWith("/nodes")) {
      return NodeList.getDefaultInstance();
    }
    if (path.endsWith("/events")) {
      return EventList.getDefaultInstance();
    }
    if (path.endsWith("/timeline")) {
      return Timeline.getDefaultInstance();
    }
    if (path.endsWith("/plan")) {
      return Plan.newBuilder().setName("web").build();
    }
    return path.contains("/instances/") ? instance() : workload();
  }

  private static Workload workload() {
    var workload = Workload.newBuilder().setKind(Kind.SERVICE).setName("web").setRevision(1);
    workload.putLabels("team", "shop").setNamespace("default");
    workload.getStatusBuilder().setPhase(WorkloadPhase.WORKLOAD_READY).setRevision(1);
    return workload.build();
  }

  private static Instance instance() {
    return Instance.newBuilder()
        .setId("web-0-1")
        .setSlot("web-0")
        .setPhase(InstancePhase.INSTANCE_RUNNING)
        .setReady(true)
        .build();
  }
}
