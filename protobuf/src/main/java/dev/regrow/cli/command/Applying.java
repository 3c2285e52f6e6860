package dev.regrow.cli.command;

import com.google.protobuf.Message;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.client.ApiException;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Config;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.List;

/** Applies what was declared, one after the other, and says what became of each. */
public final class Applying {
  private Applying() {}

  /** The workloads among them, as the cluster then has them. */
  public static List<Workload> apply(
      Terminal terminal, RegrowClient client, List<Declaration> declared, Output output) {
    var workloads = new ArrayList<Workload>();
    var applied = new ArrayList<Message>();
    for (var each : declared) {
      long before = indexOf(client, each);
      var reply = client.exchange(each.apply());
      Message now = reply.value();
      applied.add(now);
      if (now instanceof Workload workload) {
        workloads.add(workload);
      }
      if (output.isTable()) {
        terminal.print(each.title() + " " + what(reply.status(), before, now));
        terminal.out().flush();
      }
    }
    if (!output.isTable()) {
      output.showEach(terminal, applied, Applying::name);
    }
    return workloads;
  }

  private static String name(Message applied) {
    return Declaration.of(applied).name();
  }

  private static String what(int status, long before, Message now) {
    if (status == 201) {
      return "created";
    }
    if (index(now) == before) {
      return "unchanged";
    }
    return now instanceof Workload workload
        ? "changed, revision " + workload.getRevision()
        : "changed";
  }

  private static long indexOf(RegrowClient client, Declaration declared) {
    try {
      return index(client.send(declared.read()));
    } catch (ApiException.NotFound e) {
      return -1;
    }
  }

  private static long index(Message object) {
    if (object instanceof Config config) {
      return config.getIndex();
    }
    if (object instanceof Secret secret) {
      return secret.getIndex();
    }
    if (object instanceof Namespace namespace) {
      return namespace.getIndex();
    }
    return object instanceof NamedVolume volume
        ? volume.getIndex()
        : ((Workload) object).getIndex();
  }
}
