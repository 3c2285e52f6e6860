package dev.regrow.actors.bridge;

import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.wire.Tag;
import dev.regrow.actors.wire.WireMessage;
import org.apache.pekko.actor.typed.ActorRef;

/** What servers send to the bridge of a node. */
public sealed interface BridgeMessage extends WireMessage {

  record Carry(@Tag(1) NodeOrder order) implements BridgeMessage {}

  /** The node is to tell again how everything is. */
  record AskForFacts() implements BridgeMessage {}

  /**
   * What does an image stand for on the node? Only of what it has itself: no registry is asked.
   *
   * @param image as in manifests
   * @param never whether only what was brought there counts
   */
  record LookUp(@Tag(1) String image, @Tag(2) boolean never, @Tag(3) ActorRef<Found> replyTo)
      implements BridgeMessage {}

  /**
   * The answer to {@link LookUp}.
   *
   * @param digest as {@code sha256:…}; empty: the node has it not
   */
  record Found(@Tag(1) String digest, @Tag(2) String failure) implements WireMessage {}
}
