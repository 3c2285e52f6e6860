package dev.regrow.actors.wire;

import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.JSerializer;
import org.jspecify.annotations.Nullable;

/** What Pekko calls for every {@link WireMessage}; bound in reference.conf. */
public final class WireSerializer extends JSerializer {

  /** Unique among the serializers of a system, and the same on every node for ever. */
  private static final int IDENTIFIER = 7400;

  private final ExtendedActorSystem system;
  private volatile @Nullable WireCodec codec;

  /** Called by Pekko. */
  public WireSerializer(ExtendedActorSystem system) {
    this.system = system;
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public boolean includeManifest() {
    return false;
  }

  @Override
  public byte[] toBinary(Object message) {
    return codec().toBytes(message);
  }

  @Override
  public Object fromBinaryJava(byte[] bytes, @Nullable Class<?> manifest) {
    return codec().fromBytes(bytes);
  }

  /** The resolver is an extension, and those are not there yet while serializers are made. */
  private WireCodec codec() {
    var current = codec;
    if (current == null) {
      current = new WireCodec(refsOf(ActorRefResolver.get(Adapter.toTyped(system))));
      codec = current;
    }
    return current;
  }

  static RefFormat refsOf(ActorRefResolver resolver) {
    return new RefFormat() {
      @Override
      public String write(ActorRef<?> ref) {
        return resolver.toSerializationFormat(ref);
      }

      @Override
      public ActorRef<?> read(String path) {
        return resolver.resolveActorRef(path);
      }
    };
  }
}
