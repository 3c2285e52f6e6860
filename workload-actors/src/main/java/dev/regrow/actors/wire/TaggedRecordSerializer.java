package dev.regrow.actors.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a record as its components with their tags, so that nodes one version apart understand
 * each other: what is unknown is skipped, what is missing has its default.
 *
 * <p>Layout: for each component that is not its default {@code varint(tag << 1 | sized)}, then a
 * zigzag varint, or if sized a varint length and so many bytes; a varint 0 ends the record.
 */
final class TaggedRecordSerializer<T extends Record> extends Serializer<T> {

  private static final int END = 0;
  private static final int SIZED = 1;
  private static final int MAX_TAG = 1000;

  private final Class<T> type;
  private final WireField[] fields;
  private final Map<Integer, Integer> indexByTag;
  private final Constructor<T> constructor;

  TaggedRecordSerializer(Class<T> type) {
    super(false, true);
    this.type = type;
    var components = type.getRecordComponents();
    this.fields = new WireField[components.length];
    this.indexByTag = new HashMap<>();
    for (int i = 0; i < components.length; i++) {
      fields[i] = new WireField(components[i]);
      if (indexByTag.put(tagOf(components[i]), i) != null) {
        throw new IllegalArgumentException(
            "%s: tag %d is given twice".formatted(type.getName(), tagOf(components[i])));
      }
    }
    this.constructor = canonicalConstructor(type, components);
  }

  private static int tagOf(RecordComponent component) {
    var tag = component.getAnnotation(Tag.class);
    if (tag == null || tag.value() < 1 || tag.value() > MAX_TAG) {
      throw new IllegalArgumentException(
          "%s.%s needs a @Tag of 1..%d"
              .formatted(component.getDeclaringRecord().getName(), component.getName(), MAX_TAG));
    }
    return tag.value();
  }

  private static <T> Constructor<T> canonicalConstructor(
      Class<T> type, RecordComponent[] components) {
    var parameters =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      var constructor = type.getDeclaredConstructor(parameters);
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, T message) {
    indexByTag.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> writeField(kryo, output, e.getKey(), fields[e.getValue()], message));
    output.writeVarInt(END, true);
  }

  private static void writeField(
      Kryo kryo, Output output, int tag, WireField field, Object message) {
    var value = field.get(message);
    if (field.isDefault(value)) {
      return;
    }
    if (!field.isSized()) {
      output.writeVarInt(tag << 1, true);
      output.writeVarLong(field.toLong(value), false);
      return;
    }
    try (var bytes = new Output(128, -1)) {
      field.write(kryo, bytes, value);
      output.writeVarInt(tag << 1 | SIZED, true);
      output.writeVarInt(bytes.position(), true);
      output.writeBytes(bytes.getBuffer(), 0, bytes.position());
    }
  }

  @Override
  public T read(Kryo kryo, Input input, Class<? extends T> ignored) {
    var values = new @Nullable Object[fields.length];
    for (int i = 0; i < fields.length; i++) {
      values[i] = fields[i].defaultValue();
    }
    for (int head = input.readVarInt(true); head != END; head = input.readVarInt(true)) {
      readField(kryo, input, head, values);
    }
    return construct(values);
  }

  private void readField(Kryo kryo, Input input, int head, @Nullable Object[] values) {
    var index = indexByTag.get(head >>> 1);
    var field = index == null ? null : fields[index];
    boolean sized = (head & SIZED) != 0;
    if (field != null && field.isSized() != sized) {
      throw new KryoException(
          "%s: tag %d has another form than here".formatted(type.getName(), head >>> 1));
    }
    if (!sized) {
      long number = input.readVarLong(false);
      if (index != null && field != null) {
        values[index] = field.ofLong(number);
      }
      return;
    }
    int length = input.readVarInt(true);
    int end = input.position() + length;
    if (length < 0 || end > input.limit()) {
      throw new KryoException("%s: a field is cut off".formatted(type.getName()));
    }
    if (index == null || field == null) {
      input.setPosition(end);
      return;
    }
    values[index] = field.read(kryo, input);
    if (input.position() != end) {
      throw new KryoException(
          "%s: tag %d is longer than it says".formatted(type.getName(), head >>> 1));
    }
  }

  private T construct(@Nullable Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new KryoException("%s refuses what was read".formatted(type.getName()), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
