package dev.regrow.chaos.load;

import dev.regrow.chaos.cluster.Proc;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The client's process: for each line of its input {@code SYSTEM ENDPOINT[,ENDPOINT...] IN_FLIGHT
 * MILLIS KEYS TOKEN_FILE} it writes for so long and says {@code WRITTEN FAILED NANOS P50 P99
 * CPU_MILLIS}, times in nanoseconds, or {@code error WHY}.
 */
public final class LoadProcess {

  /** Calls that one HTTP/2 connection carries at a time. */
  private static final int CALLS_PER_CONNECTION = 32;

  private static final String PUT = "/etcdserverpb.KV/Put";

  private LoadProcess() {}

  public static void main(String[] arguments) throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    long sequence = 0;
    for (String line; (line = in.readLine()) != null; ) {
      String[] words = line.split(" ");
      try {
        System.out.println(run(words, sequence));
      } catch (IOException | RuntimeException e) {
        System.out.println("error " + e);
      }
      sequence += 1_000_000_000L;
    }
  }

  private static String run(String[] words, long sequence) throws IOException {
    long self = ProcessHandle.current().pid();
    long cpu = Proc.cpuMillis(self);
    int inFlight = Integer.parseInt(words[2]);
    var writes = new Writes(Integer.parseInt(words[4]), sequence);
    boolean grpc = words[0].equals("etcd-grpc");
    var shape =
        new Load.Shape(
            List.of(words[1].split(",")), inFlight, grpc ? CALLS_PER_CONNECTION : 1, writes);
    var seen = Load.run(shape, dialer(words[0], words[5]), Long.parseLong(words[3]));
    var latency = seen.latency();
    return "%d %d %d %d %d %d"
        .formatted(
            seen.written(),
            seen.failed(),
            seen.nanos(),
            latency.getValueAtPercentile(50),
            latency.getValueAtPercentile(99),
            Proc.cpuMillis(self) - cpu);
  }

  private static Load.Dialer dialer(String system, String tokenFile) throws IOException {
    return switch (system) {
      case "regrow" -> {
        var request = Request.config("regrow", Files.readString(Path.of(tokenFile)).strip());
        yield (endpoint, slots) -> new Http1Connection(endpoint, request.copy());
      }
      case "regrow-workloads" -> {
        var request = Request.workload("regrow", Files.readString(Path.of(tokenFile)).strip());
        yield (endpoint, slots) -> new Http1Connection(endpoint, request.copy());
      }
      case "etcd-json" -> {
        var request = Request.etcdJson("etcd");
        yield (endpoint, slots) -> new Http1Connection(endpoint, request.copy());
      }
      case "etcd-grpc" -> {
        var request = Request.etcdPut();
        yield (endpoint, slots) -> new GrpcConnection(endpoint, PUT, request.copy(), slots);
      }
      default -> throw new IOException("unknown system " + system);
    };
  }
}
