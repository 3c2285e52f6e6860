package dev.regrow.actors.testing;

import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.v1.Backoff;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Network;
import dev.regrow.v1.Resources;
import dev.regrow.v1.RestartMode;
import dev.regrow.v1.RestartPolicy;
import dev.regrow.v1.StopPolicy;

/** Orders as an entity would give them. */
public final class Orders {

  public static final RestartPolicy ALWAYS =
      RestartPolicy.newBuilder()
          .setPolicy(RestartMode.ALWAYS)
          .setBackoff(
              Backoff.newBuilder()
                  .setInitial(0)
                  .setBase(100)
                  .setMax(30_000)
                  .setFactor(2)
                  .setResetAfter(60_000))
          .build();

  private Orders() {}

  public static AssignmentRef assignment(String instanceId, String slot, long epoch) {
    return new AssignmentRef("default", "web", "uid-web", instanceId, slot, 1, epoch);
  }

  /** Of {@code id}, whose slot is what precedes its last dash. */
  public static NodeOrder.Run run(String id, long epoch) {
    return run(assignment(id, id.substring(0, id.lastIndexOf('-')), epoch), ALWAYS);
  }

  public static NodeOrder.Run run(AssignmentRef assignment, RestartPolicy restart) {
    return new NodeOrder.Run(assignment, template(), restart, false, 0);
  }

  public static RestartPolicy policy(RestartMode mode) {
    return ALWAYS.toBuilder().setPolicy(mode).build();
  }

  public static InstanceTemplate template() {
    return InstanceTemplate.newBuilder()
        .addCommand("/bin/web")
        .setUser("1000:1000")
        .setWorkdir("/srv")
        .setNetwork(Network.HOST)
        .setResources(Resources.newBuilder().setCpu(100).setMemory(1 << 27).setPids(64))
        .setStop(StopPolicy.newBuilder().setSignal("TERM").setGrace(10_000))
        .build();
  }
}
