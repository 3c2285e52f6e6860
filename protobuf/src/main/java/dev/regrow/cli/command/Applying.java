package dev.regrow.cli.command;

import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.List;

/** Applies workloads one after the other and says what became of each. */
public final class Applying {
  private Applying() {}

  /** The workloads as the cluster then has them. */
  public static List<Workload> apply(
      Terminal terminal, RegrowClient client, List<Workload> declared, Output output) {
    var applied = new ArrayList<Workload>();
    for (var each : declared) {
      long before = indexOf(client, each);
      var reply = client.exchange(Calls.apply(each));
      var now = reply.value();
      applied.add(now);
      if (output.isTable()) {
        terminal.print(
            now.getNamespace() + "/" + now.getName() + " " + what(reply.status(), before, now));
        terminal.out().flush();
      }
    }
    if (!output.isTable()) {
      output.showEach(terminal, applied, Workload::getName);
    }
    return applied;
  }

  private static String what(int status, long before, Workload now) {
    if (status == 201) {
      return "created";
    }
    return now.getIndex() == before ? "unchanged" : "changed, revision " + now.getRevision();
  }

  private static long indexOf(RegrowClient client, Workload declared) {
    try {
      return client.send(Calls.workload(declared.getNamespace(), declared.getName())).getIndex();
    } catch (ApiException.NotFound e) {
      return -1;
    }
  }
}
