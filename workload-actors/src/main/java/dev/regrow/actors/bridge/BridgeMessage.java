package dev.regrow.actors.bridge;

import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.wire.Tag;
import dev.regrow.actors.wire.WireMessage;

/** What servers send to the bridge of a node. */
public sealed interface BridgeMessage extends WireMessage {

  record Carry(@Tag(1) NodeOrder order) implements BridgeMessage {}

  /** The node is to tell again how everything is. */
  record AskForFacts() implements BridgeMessage {}
}
