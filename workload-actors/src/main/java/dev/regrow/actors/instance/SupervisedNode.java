package dev.regrow.actors.instance;

import dev.regrow.core.model.Ports;
import dev.regrow.runtime.NodeRuntime;
import dev.regrow.runtime.RuntimeFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * What all supervisors of a node share.
 *
 * @param bind the address that the node binds, where ports are published unless they say another
 * @param ownPorts of the node itself, which no instance gets
 * @param lease how long an exclusive instance may live without a renewal
 * @param pulls when each may tell how far its image is
 */
public record SupervisedNode(
    NodeRuntime runtime,
    NodeClock clock,
    String name,
    String bind,
    Ports ownPorts,
    Duration lease,
    ContentSource contents,
    PullPace pulls) {

  public SupervisedNode(
      NodeRuntime runtime,
      NodeClock clock,
      String name,
      String bind,
      Ports ownPorts,
      Duration lease,
      ContentSource contents) {
    this(runtime, clock, name, bind, ownPorts, lease, contents, new PullPace());
  }

  /** Without contents: an instance that refers to any does not start. */
  public SupervisedNode(
      NodeRuntime runtime,
      NodeClock clock,
      String name,
      String bind,
      Ports ownPorts,
      Duration lease) {
    this(
        runtime,
        clock,
        name,
        bind,
        ownPorts,
        lease,
        assignment ->
            CompletableFuture.failedStage(
                new RuntimeFailure("this node is told no contents", false)));
  }
}
