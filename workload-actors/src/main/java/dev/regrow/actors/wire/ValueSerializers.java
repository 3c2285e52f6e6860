package dev.regrow.actors.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;

/** How the values inside messages are written. Equal values give equal bytes. */
final class ValueSerializers {

  private ValueSerializers() {}

  /** Any list; comes back unmodifiable. */
  @SuppressWarnings("rawtypes") // Kryo registers raw classes.
  static final class OfList extends Serializer<List> {
    OfList() {
      super(false, true);
    }

    @Override
    public void write(Kryo kryo, Output output, List list) {
      writeAll(kryo, output, list);
    }

    @Override
    public List read(Kryo kryo, Input input, Class<? extends List> type) {
      int size = readSize(input);
      var list = new ArrayList<Object>(size);
      for (int i = 0; i < size; i++) {
        list.add(kryo.readClassAndObject(input));
      }
      return Collections.unmodifiableList(list);
    }
  }

  /** Any set of comparable things; comes back unmodifiable and sorted. */
  @SuppressWarnings("rawtypes")
  static final class OfSet extends Serializer<Set> {
    OfSet() {
      super(false, true);
    }

    @Override
    public void write(Kryo kryo, Output output, Set set) {
      writeAll(kryo, output, new TreeSet<Object>((Set<?>) set));
    }

    @Override
    public Set read(Kryo kryo, Input input, Class<? extends Set> type) {
      int size = readSize(input);
      var set = new LinkedHashSet<Object>();
      for (int i = 0; i < size; i++) {
        set.add(kryo.readClassAndObject(input));
      }
      return Collections.unmodifiableSet(set);
    }
  }

  /** Any map with comparable keys; comes back unmodifiable, in the order of its keys. */
  @SuppressWarnings("rawtypes")
  static final class OfMap extends Serializer<Map> {
    OfMap() {
      super(false, true);
    }

    @Override
    public void write(Kryo kryo, Output output, Map map) {
      output.writeVarInt(map.size(), true);
      // Map.of has another order in every JVM.
      new TreeMap<Object, Object>((Map<?, ?>) map)
          .forEach(
              (key, value) -> {
                kryo.writeClassAndObject(output, key);
                kryo.writeClassAndObject(output, value);
              });
    }

    @Override
    public Map read(Kryo kryo, Input input, Class<? extends Map> type) {
      int size = readSize(input);
      var map = new LinkedHashMap<Object, Object>();
      for (int i = 0; i < size; i++) {
        var key = kryo.readClassAndObject(input);
        map.put(key, kryo.readClassAndObject(input));
      }
      return Collections.unmodifiableMap(map);
    }
  }

  /** Present or not. */
  @SuppressWarnings("rawtypes")
  static final class OfOptional extends Serializer<Optional> {
    OfOptional() {
      super(false, true);
    }

    @Override
    public void write(Kryo kryo, Output output, Optional optional) {
      kryo.writeClassAndObject(output, ((Optional<?>) optional).orElse(null));
    }

    @Override
    public Optional read(Kryo kryo, Input input, Class<? extends Optional> type) {
      return Optional.ofNullable(kryo.readClassAndObject(input));
    }
  }

  /** Seconds and nanoseconds. */
  static final class OfDuration extends Serializer<Duration> {
    OfDuration() {
      super(false, true);
    }

    @Override
    public void write(Kryo kryo, Output output, Duration duration) {
      output.writeVarLong(duration.getSeconds(), false);
      output.writeVarInt(duration.getNano(), true);
    }

    @Override
    public Duration read(Kryo kryo, Input input, Class<? extends Duration> type) {
      return Duration.ofSeconds(input.readVarLong(false), input.readVarInt(true));
    }
  }

  /** Seconds since 1970 and nanoseconds. */
  static final class OfInstant extends Serializer<Instant> {
    OfInstant() {
      super(false, true);
    }

    @Override
    public void write(Kryo kryo, Output output, Instant instant) {
      output.writeVarLong(instant.getEpochSecond(), false);
      output.writeVarInt(instant.getNano(), true);
    }

    @Override
    public Instant read(Kryo kryo, Input input, Class<? extends Instant> type) {
      return Instant.ofEpochSecond(input.readVarLong(false), input.readVarInt(true));
    }
  }

  /** By name, so that constants may be reordered. */
  static final class OfEnum<E extends Enum<E>> extends Serializer<E> {
    private final Class<E> type;

    OfEnum(Class<E> type) {
      super(false, true);
      this.type = type;
    }

    @Override
    public void write(Kryo kryo, Output output, E constant) {
      output.writeString(constant.name());
    }

    @Override
    public E read(Kryo kryo, Input input, Class<? extends E> ignored) {
      var name = input.readString();
      try {
        return Enum.valueOf(type, name);
      } catch (IllegalArgumentException e) {
        throw new KryoException("%s has no %s here".formatted(type.getName(), name), e);
      }
    }
  }

  /** As Protobuf's own bytes, which keep unknown fields. */
  static final class OfProtobuf<M extends MessageLite> extends Serializer<M> {
    private final M defaultInstance;

    OfProtobuf(M defaultInstance) {
      super(false, true);
      this.defaultInstance = defaultInstance;
    }

    @Override
    public void write(Kryo kryo, Output output, M message) {
      var bytes = message.toByteArray();
      output.writeVarInt(bytes.length, true);
      output.writeBytes(bytes);
    }

    @Override
    @SuppressWarnings("unchecked") // A message's parser makes messages of its own type.
    public M read(Kryo kryo, Input input, Class<? extends M> type) {
      var bytes = input.readBytes(readSize(input));
      try {
        return (M) defaultInstance.getParserForType().parseFrom(bytes);
      } catch (InvalidProtocolBufferException e) {
        throw new KryoException("%s cannot be read".formatted(type.getName()), e);
      }
    }
  }

  /** As the path that Pekko's resolver gives it. */
  @SuppressWarnings("rawtypes")
  static final class OfActorRef extends Serializer<ActorRef> {
    private final RefFormat refs;

    OfActorRef(RefFormat refs) {
      super(false, true);
      this.refs = refs;
    }

    @Override
    public void write(Kryo kryo, Output output, ActorRef ref) {
      output.writeString(refs.write((ActorRef<?>) ref));
    }

    @Override
    public ActorRef read(Kryo kryo, Input input, Class<? extends ActorRef> type) {
      return refs.read(input.readString());
    }
  }

  private static void writeAll(Kryo kryo, Output output, Collection<?> items) {
    output.writeVarInt(items.size(), true);
    for (var item : items) {
      kryo.writeClassAndObject(output, item);
    }
  }

  /** A size that cannot be true is refused before anything is allocated for it. */
  private static int readSize(Input input) {
    int size = input.readVarInt(true);
    if (size < 0 || size > input.limit() - input.position()) {
      throw new KryoException("a size of %d in the %d bytes left".formatted(size, input.limit()));
    }
    return size;
  }
}
