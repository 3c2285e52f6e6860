/**
 * How messages between living nodes become bytes: Kryo with explicit ids and tagged fields.
 *
 * <p>It may lean on Kryo, Protobuf and Pekko's serialization, and names every message in one table.
 * Open {@link dev.regrow.actors.wire.WireTypes} first.
 */
@NullMarked
package dev.regrow.actors.wire;

import org.jspecify.annotations.NullMarked;
