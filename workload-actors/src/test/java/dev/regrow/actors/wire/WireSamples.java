package dev.regrow.actors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.bridge.BridgeMessage;
import dev.regrow.actors.bridge.GateMessage;
import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.actors.workload.WorkloadReply;
import dev.regrow.v1.Backoff;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Network;
import dev.regrow.v1.RestartPolicy;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;

/** One message of each registered record, with no component at its default. */
final class WireSamples {

  private static final AssignmentRef WEB_2 =
      new AssignmentRef("shop", "web", "uid-7", "web-2-x4f", "web-2", 3, 4711);

  private WireSamples() {}

  static NodeOrder.Run run(long stopAfterMillis) {
    return new NodeOrder.Run(WEB_2, template(), restart(), true, 2, stopAfterMillis);
  }

  static WorkloadCommand.Apply apply(
      Map<String, String> contents, String imageDigest, long number, long since) {
    return new WorkloadCommand.Apply(
        workload(), "uid-7", 4711, OneRef.refOf(), contents, imageDigest, number, since);
  }

  static List<Record> all() {
    return List.of(
        WEB_2,
        run(60_000),
        new NodeOrder.Stop(WEB_2, "scaled down from 3 to 2"),
        new NodeOrder.Forget(WEB_2),
        new NodeFact.Observed("node-1", WEB_2, instance(), 99),
        new NodeFact.Refused("node-1", WEB_2, "memory: 200 MiB are missing", summary()),
        new NodeFact.Happened("node-1", WEB_2, 1_700_000_000_123L, "OOMKilled", "64Mi", true),
        summary(),
        new BridgeMessage.Carry(new NodeOrder.Forget(WEB_2)),
        new BridgeMessage.AskForFacts(),
        new BridgeMessage.LookUp("layout:/srv/web:1", true, OneRef.refOf()),
        new BridgeMessage.Found("sha256:feed", "no such layout"),
        new GateMessage.Tell(summary(), true),
        new GateMessage.AskAssignments("node-1", OneRef.refOf()),
        new GateMessage.Assignments(List.of(run(60_000)), "no majority"),
        apply(Map.of("config/web", "5f2a"), "sha256:feed", 815, 42),
        new WorkloadCommand.Scale(3, 4711, OneRef.refOf(), 815, 42),
        new WorkloadCommand.Rollback(2, 4711, OneRef.refOf(), 815, 42),
        new WorkloadCommand.Restart(4711, OneRef.refOf(), 815, 42),
        new WorkloadCommand.Delete(4711, OneRef.refOf(), 815, 42),
        new WorkloadCommand.Learn(summary()),
        new WorkloadCommand.Wake(),
        new WorkloadCommand.NodeChanged("node-1", true),
        new WorkloadCommand.ContentsChanged(),
        new WorkloadReply.Done(workload(), "CHANGED"),
        new WorkloadReply.Declined("STALE", "its index is 4712"));
  }

  /** Knows one actor, by a path that no version will ever see. */
  static final class OneRef implements RefFormat {
    private static final String PATH = "pekko://regrow@127.0.0.1:7410/temp/asks#1";
    private static final TestInbox<Object> INBOX = TestInbox.create();

    static <T> ActorRef<T> refOf() {
      return INBOX.getRef().narrow();
    }

    @Override
    public String write(ActorRef<?> ref) {
      return PATH;
    }

    @Override
    public ActorRef<?> read(String path) {
      assertThat(path).isEqualTo(PATH);
      return refOf();
    }
  }

  private static NodeFact.Summary summary() {
    return summary(List.of(8080, 65_536 + 53));
  }

  static NodeFact.Summary summary(List<Integer> ports) {
    return new NodeFact.Summary(
        "node-1",
        "n1",
        2000,
        1L << 33,
        30_000,
        100,
        1L << 27,
        256,
        1L << 20,
        5,
        1,
        true,
        List.of("no CAP_SYS_RESOURCE"),
        100,
        ports);
  }

  private static Instance instance() {
    return Instance.newBuilder()
        .setId("web-2-x4f")
        .setPhase(InstancePhase.INSTANCE_RUNNING)
        .setPid(4242)
        .setReady(true)
        .build();
  }

  private static Workload workload() {
    return Workload.newBuilder().setName("web").setNamespace("shop").setReplicas(3).build();
  }

  private static InstanceTemplate template() {
    return InstanceTemplate.newBuilder()
        .addCommand("/bin/web")
        .putEnv("MODE", "prod")
        .setNetwork(Network.HOST)
        .build();
  }

  private static RestartPolicy restart() {
    return RestartPolicy.newBuilder()
        .setBackoff(Backoff.newBuilder().setBase(100).setFactor(2).setMax(30_000))
        .build();
  }
}
