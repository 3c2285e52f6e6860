package dev.regrow.actors.testing;

import dev.regrow.actors.bootstrap.NodeParts;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.link.FactReceiver;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeLink;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.core.store.Store;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/** A control plane that assigns what it is told to, and hears every fact. */
public final class FakeServerSide implements FactReceiver, NodeParts.ServerStarter {

  private final BlockingQueue<NodeFact> facts = new LinkedBlockingQueue<>();
  private final BlockingQueue<NodeLink> links = new LinkedBlockingQueue<>();
  private volatile List<NodeOrder.Run> assigned = List.of();

  public void assign(NodeOrder.Run... runs) {
    assigned = List.of(runs);
  }

  /** The link of the next cluster system that starts, within 30 s. */
  public NodeLink nextLink() throws InterruptedException {
    var link = links.poll(30, TimeUnit.SECONDS);
    if (link == null) {
      throw new AssertionError("no cluster system started within 30 s");
    }
    return link;
  }

  /** Waits up to 20 s for such a fact. */
  public <F extends NodeFact> F await(Class<F> type, Predicate<F> wanted)
      throws InterruptedException {
    @Nullable NodeFact last = null;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < deadline) {
      var fact = facts.poll(100, TimeUnit.MILLISECONDS);
      if (type.isInstance(fact) && wanted.test(type.cast(fact))) {
        return type.cast(fact);
      }
      last = fact == null ? last : fact;
    }
    throw new AssertionError("not seen: %s; last was %s".formatted(type.getSimpleName(), last));
  }

  @Override
  public NodeParts.ServerSide start(ActorSystem<?> clusterSystem, Store store, NodeLink link) {
    links.add(link);
    return new NodeParts.ServerSide(readyControl(), this);
  }

  private static ControlPlane readyControl() {
    return (ControlPlane)
        Proxy.newProxyInstance(
            ControlPlane.class.getClassLoader(),
            new Class<?>[] {ControlPlane.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("notReady")) {
                return Optional.empty();
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }

  @Override
  public void learn(NodeFact fact) {
    facts.add(fact);
  }

  @Override
  public void deliver(NodeFact fact) {}

  @Override
  public CompletionStage<List<NodeOrder.Run>> assignmentsOf(String nodeUid) {
    return CompletableFuture.completedFuture(assigned);
  }
}
