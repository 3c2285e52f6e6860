package dev.regrow.actors.wire;

import org.apache.pekko.actor.typed.ActorRef;

/** How an actor is named outside of its system. */
interface RefFormat {

  String write(ActorRef<?> ref);

  ActorRef<?> read(String path);
}
