package dev.regrow.actors.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.google.protobuf.Internal;
import com.google.protobuf.MessageLite;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One component of a record on the wire: how it is read, written and defaulted. */
final class WireField {

  private static final Set<Class<?>> VARINTS = Set.of(int.class, long.class, boolean.class);

  private final Class<?> type;
  private final Method accessor;
  private final @Nullable Object defaultValue;

  WireField(RecordComponent component) {
    this.type = component.getType();
    this.accessor = component.getAccessor();
    accessor.setAccessible(true);
    boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    this.defaultValue = nullable ? null : defaultOf(type);
  }

  private static @Nullable Object defaultOf(Class<?> type) {
    if (type == int.class) {
      return 0;
    }
    if (type == long.class) {
      return 0L;
    }
    if (type == boolean.class) {
      return false;
    }
    if (type == double.class) {
      return 0.0;
    }
    if (type == String.class) {
      return "";
    }
    if (type == List.class) {
      return List.of();
    }
    if (type == Set.class) {
      return Set.of();
    }
    if (type == Map.class) {
      return Map.of();
    }
    if (type == Optional.class) {
      return Optional.empty();
    }
    if (MessageLite.class.isAssignableFrom(type)) {
      return Internal.getDefaultInstance(type.asSubclass(MessageLite.class));
    }
    return type.isEnum() ? type.getEnumConstants()[0] : null;
  }

  @Nullable Object defaultValue() {
    return defaultValue;
  }

  boolean isDefault(@Nullable Object value) {
    return Objects.equals(value, defaultValue);
  }

  @Nullable Object get(Object message) {
    try {
      return accessor.invoke(message);
    } catch (InvocationTargetException | IllegalAccessException e) {
      throw new IllegalStateException("cannot read %s".formatted(accessor), e);
    }
  }

  /** Whether its length precedes it; else it is a varint. */
  boolean isSized() {
    return !VARINTS.contains(type);
  }

  long toLong(@Nullable Object value) {
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    return value instanceof Number number ? number.longValue() : 0;
  }

  Object ofLong(long number) {
    if (type == boolean.class) {
      return number != 0;
    }
    return type == int.class ? (Object) Math.toIntExact(number) : (Object) number;
  }

  void write(Kryo kryo, Output output, @Nullable Object value) {
    if (value instanceof String text) {
      output.writeString(text);
    } else if (type == double.class && value instanceof Double number) {
      output.writeDouble(number);
    } else {
      kryo.writeClassAndObject(output, value);
    }
  }

  @Nullable Object read(Kryo kryo, Input input) {
    if (type == String.class) {
      return input.readString();
    }
    return type == double.class ? (Object) input.readDouble() : kryo.readClassAndObject(input);
  }
}
