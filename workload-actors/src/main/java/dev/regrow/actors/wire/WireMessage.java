package dev.regrow.actors.wire;

/**
 * A message that may cross to another node. It is a public record, every component of it has a
 * {@link Tag}, and {@link WireTypes} lists it.
 */
public interface WireMessage {}
